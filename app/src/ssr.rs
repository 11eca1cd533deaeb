//! The server's side of the console: pages rendered before any script runs, and the routes of the server functions.

mod document;
mod page;
mod sign_in;

use crate::api;
use axum::{
    Router,
    body::Body,
    extract::{Request, State},
    response::{IntoResponse, Response},
    routing::get,
};
use desk::Desk;
use leptos::{prelude::provide_context, server_fn::axum::register_explicit};
use protocol::Refusal;
use std::sync::Arc;

/// Where the console's built files are served from (hashed names); empty strings when there are none, and pages then go without.
#[derive(Clone, Debug, Default)]
pub struct ConsoleAssets {
    /// `console.css`.
    pub css_url: String,
    /// `console.js`, the module that loads the wasm.
    pub script_url: String,
    /// `console.wasm`.
    pub wasm_url: String,
    /// The text font, asked for early: `fonts/atkinson-hyperlegible-next-latin.woff2`.
    pub font_url: String,
}

/// The value for this answer's Content-Security-Policy, as a request extension; scripts and serialized state carry it.
#[derive(Clone, Debug)]
pub struct Nonce(pub String);

/// The language of a page that is shown before anybody is signed in, one of [`desk::locales::LANGUAGES`]; a request extension.
#[derive(Clone, Copy, Debug)]
pub struct Language(pub &'static str);

/// Makes the sign-in page show what was wrong and keep the address; a request extension of a `GET /console/sign-in`.
#[derive(Clone, Debug)]
pub struct SignInProblem {
    /// Why.
    pub refusal: Refusal,
    /// The address as it was typed.
    pub email: String,
}

/// Makes the page of a one-time link show what was wrong; a request extension of a `GET /console/password?k=…`.
/// The form posts `k` and `password` to `/console/password`.
#[derive(Clone, Debug)]
pub struct PasswordProblem {
    /// Why.
    pub refusal: Refusal,
}

/// What the handlers share.
#[derive(Clone)]
struct Site {
    desk: Desk,
    assets: Arc<ConsoleAssets>,
}

/// Everything under `/console` that is a page, and `/console/api/…`. Absolute paths: merge it, do not nest it.
///
/// Expects in the request's extensions: [`Nonce`] and [`Language`] on pages, [`desk::people::Agent`] on everything but `/console/sign-in` and
/// `/console/password`, and [`SignInProblem`] or [`PasswordProblem`] where a form is shown again.
pub fn router(desk: Desk, assets: ConsoleAssets) -> Router {
    // The renderer's only use of it is to let waiting tasks go first; a second call finds it set.
    let _ = any_spawner::Executor::init_tokio();
    register();
    Router::new()
        .route("/console/sign-in", get(sign_in::sign_in))
        .route("/console/password", get(sign_in::password))
        .route("/console", get(page::page))
        .route("/console/tickets/{ticket}", get(page::page))
        .route("/console/mail", get(page::page))
        .route("/console/mail/{mail}", get(page::page))
        .route("/console/api/{*function}", axum::routing::post(call))
        .with_state(Site { desk, assets: Arc::new(assets) })
}

/// Named one by one rather than gathered by the linker, which may drop what nobody calls.
fn register() {
    register_explicit::<api::profile::SetState>();
    register_explicit::<api::profile::WhoAmI>();
    register_explicit::<api::chats::Accept>();
    register_explicit::<api::chats::Decline>();
    register_explicit::<api::chats::EndChat>();
    register_explicit::<api::chats::ClosingReasons>();
    register_explicit::<api::requests::CloseRequest>();
    register_explicit::<api::mails::Mails>();
    register_explicit::<api::mails::Mail>();
    register_explicit::<api::mails::RetryMail>();
}

async fn call(State(site): State<Site>, request: Request<Body>) -> Response {
    let desk = site.desk;
    leptos_axum::handle_server_fns_with_context(move || provide_context(desk.clone()), request)
        .await
        .into_response()
}
