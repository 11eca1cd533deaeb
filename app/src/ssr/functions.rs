//! The table of server functions: who may call each, and its route. A function without a row is not there.

use super::{
    arguments::{self, Arguments},
    shared::Shared,
};
use crate::api::{self, ApiError};
use axum::{
    Json,
    body::{Body, to_bytes},
    extract::{Request, State},
    http::{HeaderValue, StatusCode, header::ACCEPT},
    response::{IntoResponse, Response},
};
use desk::Desk;
use leptos::{
    prelude::provide_context,
    server_fn::{
        ServerFn,
        axum::{register_explicit, server_fn_paths},
    },
};
use protocol::{Code, Refusal, Role, limits, problem};

/// What something is about. With a role it decides what its caller gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// The caller's own state, or a list of what the caller may see.
    Own,
    /// One ticket, or the chat, mail or file of one: it is not there for whoever may not see that ticket.
    Ticket,
}

/// A row of the table; each is called with `POST`.
#[derive(Debug)]
pub struct Function {
    /// As in `/console/api/chats/accept`.
    pub path: &'static str,
    /// The least role that may call it.
    pub least: Role,
    /// What it is about.
    pub reach: Reach,
    register: fn(),
    /// The names of its arguments.
    fields: fn() -> &'static [&'static str],
    /// Which of the arguments cannot be read, where one cannot.
    blame: fn(&Arguments) -> Option<Refusal>,
}

impl Function {
    /// The names of its arguments.
    pub fn argument_names(&self) -> &'static [&'static str] {
        (self.fields)()
    }
}

macro_rules! functions {
    ($($function:ty: $least:ident, $reach:ident;)+) => {
        &[$(Function {
            path: <$function as ServerFn>::PATH,
            least: Role::$least,
            reach: Reach::$reach,
            register: register_explicit::<$function>,
            fields: protocol::variants::fields::<$function>,
            blame: arguments::blame::<$function>,
        }),+]
    };
}

/// All server functions. Named one by one rather than gathered by the linker, which may drop what nobody calls.
pub static FUNCTIONS: &[Function] = functions! {
    api::profile::SetState: Agent, Own;
    api::profile::PreviewAway: Agent, Own;
    api::profile::Profile: Agent, Own;
    api::profile::SetLanguage: Agent, Own;
    api::chats::Accept: Agent, Ticket;
    api::chats::Decline: Agent, Ticket;
    api::chats::EndChat: Agent, Ticket;
    api::chats::ClosingReasons: Agent, Ticket;
    api::chats::Colleagues: Agent, Ticket;
    api::replies::Replies: Agent, Ticket;
    api::replies::AddReply: Agent, Own;
    api::replies::ChangeReply: Agent, Own;
    api::replies::RemoveReply: Agent, Own;
    api::handover::Targets: Agent, Ticket;
    api::handover::Transfer: Agent, Ticket;
    api::handover::Conference: Agent, Ticket;
    api::handover::Cancel: Agent, Ticket;
    api::handover::TransferReason: Agent, Ticket;
    api::handover::Leave: Agent, Ticket;
    api::handover::EndConference: Agent, Ticket;
    api::requests::CloseRequest: Agent, Ticket;
    api::requests::Reopen: Agent, Ticket;
    api::requests::RenewLink: Agent, Ticket;
    api::reveal::Reveal: Supervisor, Ticket;
    api::tickets::TicketProperties: Agent, Ticket;
    api::tickets::ChangeTicket: Agent, Ticket;
    api::contacts::Contact: Agent, Ticket;
    api::contacts::ChangeContact: Agent, Ticket;
    api::files::ListFiles: Agent, Ticket;
    api::search::Search: Agent, Own;
    api::mails::Mails: Agent, Own;
    api::mails::OlderMails: Agent, Own;
    api::mails::Mail: Agent, Ticket;
    api::mails::RetryMail: Supervisor, Ticket;
};

/// Registers the rows.
///
/// # Panics
/// A server function that was linked has no row: nobody has said who may call it.
pub(super) fn register() {
    for function in FUNCTIONS {
        (function.register)();
    }
    for (path, _) in server_fn_paths() {
        let is_declared = FUNCTIONS.iter().any(|function| function.path == path);
        assert!(is_declared, "{path} is not in the table of server functions");
    }
}

/// `POST /console/api/…`. A refusal leaves as JSON with its status, and in the response's extensions for whoever words
/// it.
pub(super) async fn call(State(shared): State<Shared>, request: Request<Body>) -> Response {
    let function = FUNCTIONS.iter().find(|function| function.path == request.uri().path());
    let Some(function) = function else { return refused(Refusal::new(Code::NotFound)) };
    answer(function, shared.desk, request).await.unwrap_or_else(refused)
}

async fn answer(
    function: &Function,
    desk: Desk,
    request: Request<Body>,
) -> Result<Response, Refusal> {
    let (mut parts, body) = request.into_parts();
    let body = to_bytes(body, limits::BODY_BYTES)
        .await
        .map_err(|_| Refusal::new(Code::BodyTooLarge).limit(limits::BODY_BYTES as u64))?;
    let arguments = arguments::read(&parts.headers, &body, (function.fields)())?;
    // Scripts call it. A browser that posts a form by itself would be sent back to its page, whatever came of it.
    parts.headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
    let request = Request::from_parts(parts, Body::from(body));
    let response =
        leptos_axum::handle_server_fns_with_context(move || provide_context(desk.clone()), request)
            .await
            .into_response();
    if response.status().is_success() {
        return Ok(response);
    }
    let body = to_bytes(response.into_body(), limits::BODY_BYTES).await.unwrap_or_default();
    let refusal = serde_json::from_slice(&body)
        .map_or(Refusal::new(Code::Internal), |ApiError(refusal)| refusal);
    // It is of the arguments, one of which could not be read.
    let blamed =
        (refusal.code == Code::BodyInvalid).then(|| (function.blame)(&arguments)).flatten();
    Err(blamed.unwrap_or(refusal))
}

/// A refusal as JSON, and in the response's extensions.
pub(super) fn refused(refusal: Refusal) -> Response {
    let status = StatusCode::from_u16(problem::status(refusal.code)).expect("a status of HTTP");
    let mut response = (status, Json(ApiError(refusal))).into_response();
    response.extensions_mut().insert(refusal);
    response
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::Method;
    use std::collections::BTreeSet;

    #[test]
    fn the_table_holds_every_server_function_there_is() {
        // Before anything is registered: what the linker found in the whole crate.
        let linked: BTreeSet<_> =
            server_fn_paths().map(|(path, method)| (path, method.to_string())).collect();
        let declared: BTreeSet<_> =
            FUNCTIONS.iter().map(|function| (function.path, Method::POST.to_string())).collect();
        assert_eq!(linked, declared);
        assert_eq!(declared.len(), FUNCTIONS.len(), "a row is there twice");
    }
}
