//! Server functions: context, one verb of the desk, a typed error. Decisions go through here; messages go through the
//! socket.

#[cfg(not(feature = "ssr"))]
mod client;

/// Declares server functions by their endpoints. On the server each is one of leptos; in the browser each is a call of
/// [`client`], for leptos' own client costs 2 KB of brotli a function. Arguments are text, or something with one text.
macro_rules! calls {
    ($(
        $(#[doc = $doc:literal])*
        $endpoint:literal pub async fn $name:ident($(
            $(#[$attribute:meta])*
            $argument:ident: $type:ty
        ),* $(,)?) -> Result<$answer:ty, ApiError> $body:block
    )+) => {$(
        $(#[doc = $doc])*
        #[cfg(feature = "ssr")]
        #[leptos::prelude::server(prefix = "/console/api", endpoint = $endpoint)]
        pub async fn $name($($(#[$attribute])* $argument: $type),*) -> Result<$answer, ApiError> $body

        $(#[doc = $doc])*
        #[cfg(not(feature = "ssr"))]
        pub async fn $name($($argument: $type),*) -> Result<$answer, ApiError> {
            let arguments: &[(&str, Option<String>)] =
                &[$((stringify!($argument), super::client::text(&$argument)),)*];
            let path = concat!("/console/api/", $endpoint);
            super::client::read(&super::client::call(path, arguments).await?)
        }
    )+};
}

pub mod chats;
pub mod contacts;
pub mod files;
pub mod handover;
pub mod mails;
pub mod profile;
pub mod replies;
pub mod requests;
pub mod reveal;
pub mod search;
#[cfg(feature = "ssr")]
pub(crate) mod server;
pub mod tickets;

use leptos::{
    prelude::*,
    server_fn::{codec::JsonEncoding, error::ServerFnErrorErr},
};
use protocol::{Code, Refusal};
use serde::{Deserialize, Serialize};

/// Why it was not done. Reads a problem document as well: it carries the same code, field, limit and person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(transparent)]
#[error("{0}")]
pub struct ApiError(pub Refusal);

impl FromServerFnError for ApiError {
    type Encoder = JsonEncoding;

    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        let code = match error {
            ServerFnErrorErr::Request(_) | ServerFnErrorErr::Response(_) => Code::TryAgain,
            ServerFnErrorErr::Args(_) | ServerFnErrorErr::MissingArg(_) => Code::BodyInvalid,
            _ => Code::Internal,
        };
        Self(Refusal::new(code))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_document_is_read_as_its_refusal() {
        let problem = r#"{"type":"about:blank","title":"No","status":401,"code":"sign_in_required","detail":"…"}"#;
        let error: ApiError = serde_json::from_str(problem).expect("the same fields");
        assert_eq!(error.0, Refusal::new(Code::SignInRequired));
        let problem = r#"{"status":409,"code":"already_taken","who":"Lucía Medina","detail":"…"}"#;
        let error: ApiError = serde_json::from_str(problem).expect("the same fields");
        assert_eq!(error.0, Refusal::new(Code::AlreadyTaken).who("Lucía Medina"));
    }
}
