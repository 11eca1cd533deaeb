//! What could not be done, on its way out. The handler names the refusal; the words are put in at the edge
//! ([`crate::edge::error_responses`]), where the caller's language is known.

use crate::edge::rates::TooOften;
use axum::{
    http::{HeaderValue, StatusCode, header::RETRY_AFTER},
    response::{IntoResponse, Response},
};
use protocol::{Code, Refusal};
use std::time::Duration;

/// A refusal, and when another try makes sense.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Failure {
    pub(crate) refusal: Refusal,
    pub(crate) wait: Option<Duration>,
}

pub(crate) type Answer<T = Response> = Result<T, Failure>;

impl Failure {
    pub(crate) fn of(code: Code) -> Self {
        Refusal::new(code).into()
    }

    pub(crate) fn status(&self) -> StatusCode {
        status_of(self.refusal.code)
    }

    /// The status of a page that shows the form again with what was typed.
    pub(crate) fn form_status(&self) -> StatusCode {
        match self.status() {
            status if status.is_server_error() => status,
            StatusCode::TOO_MANY_REQUESTS => StatusCode::TOO_MANY_REQUESTS,
            _ => StatusCode::UNPROCESSABLE_ENTITY,
        }
    }

    /// `Retry-After`, in whole seconds, where it is known.
    pub(crate) fn retry_after(&self) -> Option<HeaderValue> {
        self.wait.map(|wait| HeaderValue::from(wait.as_secs() + 1))
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        let wait = (refusal.code == Code::TryAgain).then_some(Duration::from_secs(1));
        Self { refusal, wait }
    }
}

impl From<TooOften> for Failure {
    fn from(too_often: TooOften) -> Self {
        Self { refusal: too_often.refusal(), wait: Some(too_often.wait) }
    }
}

impl From<desk::Error> for Failure {
    fn from(error: desk::Error) -> Self {
        let refusal = error.refusal();
        if status_of(refusal.code).is_server_error() {
            tracing::error!(error = &error as &dyn std::error::Error, "request failed");
        }
        refusal.into()
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        if let Some(wait) = self.retry_after() {
            response.headers_mut().insert(RETRY_AFTER, wait);
        }
        response.extensions_mut().insert(self);
        response
    }
}

/// The HTTP status of every code.
pub(crate) fn status_of(code: Code) -> StatusCode {
    match code {
        Code::Required
        | Code::TooLong
        | Code::EmailInvalid
        | Code::NameOrEmailRequired
        | Code::CharacterInvalid
        | Code::Invalid
        | Code::TooManyFiles
        | Code::SignInFailed => StatusCode::UNPROCESSABLE_ENTITY,
        Code::FileTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        Code::FileType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        Code::RateLimited => StatusCode::TOO_MANY_REQUESTS,
        Code::ChatClosed | Code::ChatEnded | Code::AlreadyTaken | Code::AlreadyRated => {
            StatusCode::CONFLICT
        }
        Code::NotFound => StatusCode::NOT_FOUND,
        Code::SignInRequired => StatusCode::UNAUTHORIZED,
        Code::Forbidden | Code::OriginNotAllowed => StatusCode::FORBIDDEN,
        Code::StorageFull => StatusCode::INSUFFICIENT_STORAGE,
        Code::TryAgain => StatusCode::SERVICE_UNAVAILABLE,
        Code::Internal => StatusCode::INTERNAL_SERVER_ERROR,
    }
}
