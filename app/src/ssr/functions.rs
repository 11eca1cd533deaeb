//! The server functions' route.

use super::shared::Shared;
use crate::api;
use axum::{
    body::Body,
    extract::{Request, State},
    response::{IntoResponse, Response},
};
use leptos::{prelude::provide_context, server_fn::axum::register_explicit};

/// Registers every server function: named one by one rather than gathered by the linker, which may drop what nobody calls.
pub(super) fn register() {
    register_explicit::<api::profile::SetState>();
    register_explicit::<api::profile::Profile>();
    register_explicit::<api::chats::Accept>();
    register_explicit::<api::chats::Decline>();
    register_explicit::<api::chats::EndChat>();
    register_explicit::<api::chats::ClosingReasons>();
    register_explicit::<api::requests::CloseRequest>();
    register_explicit::<api::mails::Mails>();
    register_explicit::<api::mails::Mail>();
    register_explicit::<api::mails::RetryMail>();
}

/// `POST /console/api/…`
pub(super) async fn call(State(shared): State<Shared>, request: Request<Body>) -> Response {
    let desk = shared.desk;
    leptos_axum::handle_server_fns_with_context(move || provide_context(desk.clone()), request)
        .await
        .into_response()
}
