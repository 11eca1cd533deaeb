//! What could not be done, on its way out. A handler names the refusal; the words are put in at the edge
//! ([`super::error_responses`]), where the caller's language is known.

use super::rates::RateLimited;
use axum::{
    http::{HeaderValue, StatusCode, header::RETRY_AFTER},
    response::{IntoResponse, Response},
};
use desk::{Desk, people::AttemptError};
use protocol::{Code, EntryId, Refusal, problem};
use std::time::Duration;

/// A refusal, and when another try makes sense.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Failure {
    pub(crate) refusal: Refusal,
    pub(crate) wait: Option<Duration>,
}

/// A refusal whose answer shows it already.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shown(pub(crate) Failure);

pub(crate) type Answer<T = Response> = Result<T, Failure>;

impl Failure {
    pub(crate) fn of(code: Code) -> Self {
        Refusal::new(code).into()
    }

    pub(crate) fn status(&self) -> StatusCode {
        status(self.refusal.code)
    }

    /// The id of a refused form when it is shown again: its own, so that what comes twice is stored once; a fresh one
    /// where its own is taken by another text.
    pub(crate) fn next_form_id(&self, id: EntryId, desk: &Desk) -> EntryId {
        if self.refusal.code == Code::AlreadySent { desk.clock().new_entry_id() } else { id }
    }

    /// The page that shows the refused form again: it leaves with the same status and `Retry-After` as the problem
    /// document.
    pub(crate) fn on_page(self, page: Response) -> Response {
        let mut response = self.mark(page);
        response.extensions_mut().insert(Shown(self));
        response
    }

    fn mark(self, mut response: Response) -> Response {
        *response.status_mut() = self.status();
        if let Some(wait) = self.wait {
            // Whole seconds, and never too few.
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(wait.as_secs() + 1));
        }
        response
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        let wait = (refusal.code == Code::TryAgain).then_some(Duration::from_secs(1));
        Self { refusal, wait }
    }
}

impl From<RateLimited> for Failure {
    fn from(limited: RateLimited) -> Self {
        Self { refusal: limited.refusal(), wait: Some(limited.wait) }
    }
}

impl From<AttemptError> for Failure {
    fn from(error: AttemptError) -> Self {
        match error {
            AttemptError::TooMany { limit, wait } => RateLimited { limit, wait }.into(),
            AttemptError::Desk(error) => error.into(),
        }
    }
}

impl From<desk::Error> for Failure {
    fn from(error: desk::Error) -> Self {
        let refusal = error.refusal();
        // What was refused is no fault, and of what failed for many at once the writer has told.
        let is_known = matches!(error, desk::Error::Refused(_) | desk::Error::Shared(_));
        if status(refusal.code).is_server_error() && !is_known {
            tracing::error!(error = &error as &dyn std::error::Error, "request failed");
        }
        refusal.into()
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let mut response = self.mark(Response::default());
        response.extensions_mut().insert(self);
        response
    }
}

fn status(code: Code) -> StatusCode {
    StatusCode::from_u16(problem::status(code)).expect("a status of HTTP")
}
