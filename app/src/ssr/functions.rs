//! The table of server functions: who may call each, and its route. A function without a row is not there.

use super::shared::Shared;
use crate::api;
use axum::{
    body::Body,
    extract::{Request, State},
    response::{IntoResponse, Response},
};
use leptos::{
    prelude::provide_context,
    server_fn::{
        ServerFn,
        axum::{register_explicit, server_fn_paths},
    },
};
use protocol::Role;

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
}

macro_rules! functions {
    ($($function:ty: $least:ident, $reach:ident;)+) => {
        &[$(Function {
            path: <$function as ServerFn>::PATH,
            least: Role::$least,
            reach: Reach::$reach,
            register: register_explicit::<$function>,
        }),+]
    };
}

/// All server functions. Named one by one rather than gathered by the linker, which may drop what nobody calls.
pub static FUNCTIONS: &[Function] = functions! {
    api::profile::SetState: Agent, Own;
    api::profile::Profile: Agent, Own;
    api::chats::Accept: Agent, Ticket;
    api::chats::Decline: Agent, Ticket;
    api::chats::EndChat: Agent, Ticket;
    api::chats::ClosingReasons: Agent, Ticket;
    api::requests::CloseRequest: Agent, Ticket;
    api::mails::Mails: Agent, Own;
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

/// `POST /console/api/…`
pub(super) async fn call(State(shared): State<Shared>, request: Request<Body>) -> Response {
    let desk = shared.desk;
    leptos_axum::handle_server_fns_with_context(move || provide_context(desk.clone()), request)
        .await
        .into_response()
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
