//! Answers of more than one handler.

use super::failure::{Answer, Failure};
use axum::{
    Json,
    http::{
        HeaderValue, StatusCode,
        header::{LOCATION, SET_COOKIE},
    },
    response::{IntoResponse, Response},
};
use protocol::Code;
use serde::Serialize;

/// 303 to one of our own addresses, with cookies to set.
pub(crate) fn see_other<const N: usize>(path: &str, cookies: [String; N]) -> Answer {
    // Only a path of a request's own can hold what a header cannot, and there is nothing at it.
    let invalid = || Failure::of(Code::NotFound);
    let mut response = StatusCode::SEE_OTHER.into_response();
    let headers = response.headers_mut();
    headers.insert(LOCATION, HeaderValue::from_str(path).map_err(|_| invalid())?);
    for cookie in cookies {
        headers.append(SET_COOKIE, HeaderValue::try_from(cookie).map_err(|_| invalid())?);
    }
    Ok(response)
}

/// 201 with what was made.
pub(crate) fn created(made: impl Serialize) -> Response {
    (StatusCode::CREATED, Json(made)).into_response()
}
