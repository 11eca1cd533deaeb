//! The table: what every route takes besides its path.

use server::Declared;

/// What a request may carry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Takes {
    /// Parameters of the query.
    Query(&'static [&'static str]),
    /// A form, as HTML sends it, or JSON.
    Form(&'static [&'static str]),
    /// A form that may carry files.
    FormWithFiles(&'static [&'static str]),
    /// The arguments of a server function; those with a `?` may be left out.
    Arguments(&'static [&'static str]),
    /// One file.
    File,
    /// A post whose body nobody reads.
    Nothing,
}

/// The row of the table for a declared route.
pub fn takes(row: &Declared) -> Takes {
    use Takes::{Arguments, File, Form, FormWithFiles, Nothing, Query};
    const VISITORS: &[&str] =
        &["id", "name", "email", "subject", "message", "page", "lang", "zone", "identity"];
    match (row.method, row.path) {
        ("GET", "/widget.js" | "/") => Query(&["site", "lang"]),
        ("GET", "/w/{site}") => Query(&["lang", "hue", "theme", "embed", "position", "page"]),
        ("GET", "/w/{site}/status" | "/w/{site}/events" | "/w/{site}/tickets/new") => {
            Query(&["lang"])
        }
        ("GET", "/t/{number}/events") => Query(&["after"]),
        ("GET", "/t/{number}" | "/t/{number}/open" | "/t/{number}/not-me") => {
            Query(&["k", "done", "lang"])
        }
        ("GET", "/w/{site}/tickets") => Query(&["after", "lang"]),
        ("GET", "/w/{site}/tickets/enter") => Query(&["k", "lang"]),
        ("GET", "/console" | "/console/tickets/{ticket}") => Query(&["q"]),
        ("GET", "/console/password") => Query(&["k"]),
        (
            "GET",
            "/demo"
            | "/healthz"
            | "/readyz"
            | "/metrics"
            | "/assets/{*path}"
            | "/w/{site}/socket"
            | "/w/{site}/files/{id}"
            | "/w/{site}/files/{id}/page/{page}"
            | "/t/{number}/files/{id}"
            | "/t/{number}/files/{id}/page/{page}"
            | "/console/sign-in"
            | "/console/socket"
            | "/console/files/{id}"
            | "/console/files/{id}/page/{page}"
            | "/console/mail"
            | "/console/mail/{mail}"
            | "/console/mail/{mail}/html",
        ) => Query(&[]),
        ("POST", "/w/{site}/chats") => Form(VISITORS),
        ("POST", "/w/{site}/requests") => FormWithFiles(VISITORS),
        ("POST", "/w/{site}/tickets") => Form(&["identity", "after"]),
        ("POST", "/w/{site}/tickets/{number}" | "/w/{site}/tickets/enter") => Form(&["identity"]),
        ("POST", "/w/{site}/tickets/open") => Form(&["number"]),
        ("POST", "/w/{site}/tickets/new") => FormWithFiles(&["id", "subject", "type", "message"]),
        ("POST", "/t/{number}") => FormWithFiles(&["id", "message"]),
        ("POST", "/t/{number}/open") => Form(&["link", "id", "message", "before"]),
        (
            "POST",
            "/w/{site}/tickets/link"
            | "/t/{number}/transcript"
            | "/t/{number}/email"
            | "/t/{number}/link"
            | "/console/forgot",
        ) => Form(&["email"]),
        ("POST", "/t/{number}/rating") => Form(&["score", "comment"]),
        ("POST", "/console/sign-in") => Form(&["email", "password"]),
        ("GET", "/console/forgot") => Query(&["sent"]),
        ("POST", "/console/password") => Form(&["k", "password"]),
        ("POST", "/w/{site}/files" | "/console/files") => File,
        (
            "POST",
            "/w/{site}/tickets/leave"
            | "/t/{number}/confirm"
            | "/t/{number}/not-me"
            | "/t/{number}/resolve"
            | "/t/{number}/reopen"
            | "/t/{number}/chat"
            | "/console/sign-out",
        ) => Nothing,
        ("POST", "/console/api/me" | "/console/api/mails" | "/console/api/state/preview") => {
            Arguments(&[])
        }
        ("POST", "/console/api/state") => Arguments(&["state", "reason?"]),
        ("POST", "/console/api/chats/accept" | "/console/api/chats/decline") => {
            Arguments(&["chat", "offer?"])
        }
        ("POST", "/console/api/handover/transfer" | "/console/api/handover/conference") => {
            Arguments(&["ticket", "queue?", "agent?", "note?"])
        }
        ("POST", "/console/api/handover/reason") => Arguments(&["ticket", "reason?"]),
        (
            "POST",
            "/console/api/handover/targets"
            | "/console/api/handover/cancel"
            | "/console/api/conference/leave"
            | "/console/api/conference/end"
            | "/console/api/chats/reasons"
            | "/console/api/requests/reopen"
            | "/console/api/requests/link"
            | "/console/api/colleagues"
            | "/console/api/replies"
            | "/console/api/tickets/properties"
            | "/console/api/contacts/show",
        ) => Arguments(&["ticket"]),
        ("POST", "/console/api/chats/end" | "/console/api/requests/close") => {
            Arguments(&["ticket", "reason"])
        }
        ("POST", "/console/api/tickets/reveal") => {
            Arguments(&["ticket", "field", "entry?", "own?"])
        }
        ("POST", "/console/api/tickets/change") => Arguments(&[
            "ticket",
            "state?",
            "priority?",
            "ticket_type?",
            "agent?",
            "queue?",
            "subject?",
            "requirement?",
            "observations?",
            "tags?",
        ]),
        ("POST", "/console/api/files/list") => Arguments(&["ticket", "after?"]),
        ("POST", "/console/api/contacts/change") => {
            Arguments(&["ticket", "name?", "email?", "phone?", "fields?"])
        }
        ("POST", "/console/api/search") => Arguments(&["question", "after?"]),
        ("POST", "/console/api/language") => Arguments(&["lang"]),
        ("POST", "/console/api/replies/add") => Arguments(&["name", "text"]),
        ("POST", "/console/api/replies/change") => Arguments(&["id", "name", "text"]),
        ("POST", "/console/api/mails/older") => Arguments(&["after"]),
        (
            "POST",
            "/console/api/mails/read" | "/console/api/mails/retry" | "/console/api/replies/remove",
        ) => Arguments(&["id"]),
        _ => panic!("{row:?} is new: say here what it takes, so that wrong input is tried on it"),
    }
}
