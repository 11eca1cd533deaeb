//! Server functions: context, one verb of the desk, a typed error. What is decided goes through here; what is said goes through the socket.

pub mod chats;
pub mod mails;
pub mod profile;
pub mod requests;

use leptos::{
    prelude::*,
    server_fn::{codec::JsonEncoding, error::ServerFnErrorErr},
};
use protocol::{Code, Refusal};
use serde::{Deserialize, Serialize};

/// Why it was not done. Reads a problem document as well: it carries the same code, field and limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(transparent)]
#[error("{0}")]
pub struct ApiError(pub Refusal);

impl FromServerFnError for ApiError {
    type Encoder = JsonEncoding;

    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        let code = match error {
            ServerFnErrorErr::Request(_) | ServerFnErrorErr::Response(_) => Code::TryAgain,
            ServerFnErrorErr::Args(_) | ServerFnErrorErr::MissingArg(_) => Code::Invalid,
            _ => Code::Internal,
        };
        Self(Refusal::new(code))
    }
}

#[cfg(feature = "ssr")]
mod server {
    use super::{ApiError, Code, Refusal};
    use axum::http::{StatusCode, request::Parts};
    use desk::{Desk, people::Agent};
    use leptos::prelude::*;
    use leptos_axum::ResponseOptions;
    use protocol::problem;

    /// The desk and the agent who asks.
    pub(super) fn caller() -> Result<(Desk, Agent), ApiError> {
        let agent =
            use_context::<Parts>().and_then(|parts| parts.extensions.get::<Agent>().cloned());
        match (use_context::<Desk>(), agent) {
            (Some(desk), Some(agent)) => Ok((desk, agent)),
            _ => Err(refuse(Refusal::new(Code::SignInRequired))),
        }
    }

    /// Words a desk's error for the page and sets the answer's status.
    pub(super) fn refused(error: desk::Error) -> ApiError {
        let refusal = error.refusal();
        if status(refusal.code).is_server_error() {
            tracing::error!(error = &error as &dyn std::error::Error, "a console request failed");
        }
        refuse(refusal)
    }

    fn refuse(refusal: Refusal) -> ApiError {
        if let Some(options) = use_context::<ResponseOptions>() {
            options.set_status(status(refusal.code));
        }
        ApiError(refusal)
    }

    fn status(code: Code) -> StatusCode {
        StatusCode::from_u16(problem::status(code)).expect("a status of HTTP")
    }
}
#[cfg(feature = "ssr")]
use server::{caller, refused};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_document_is_read_as_its_refusal() {
        let problem = r#"{"type":"about:blank","title":"No","status":401,"code":"sign_in_required","detail":"…"}"#;
        let error: ApiError = serde_json::from_str(problem).expect("the same fields");
        assert_eq!(error.0, Refusal::new(Code::SignInRequired));
    }
}
