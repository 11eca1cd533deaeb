//! Puts words to refusals, in the caller's language: a problem document (RFC 9457), or a page for a browser that navigates.

use crate::edge::{failure::Failure, page, request_info, state::Server};
use axum::{
    Json,
    extract::{Request, State},
    http::{
        HeaderValue, StatusCode,
        header::{CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE},
    },
    middleware::Next,
    response::{IntoResponse, Response},
};
use protocol::{Code, problem::Problem};

/// The middleware.
pub(crate) async fn word(State(server): State<Server>, request: Request, next: Next) -> Response {
    let lang = request_info::language(request.uri(), request.headers(), "es");
    let wants_page = request_info::wants_page(request.headers());
    let nonce = page::nonce(&request);
    let path = request.uri().path().to_owned();
    let mut response = next.run(request).await;
    let Some(failure) = failure_in(&response) else { return response };
    server.counters.refusals.up();
    if failure.refusal.code == Code::RateLimited {
        server.counters.rate_limited.up();
    }
    let status = response.status();
    let worded = if wants_page {
        page::problem(&failure.refusal, status, &path, lang, &nonce)
    } else {
        problem(&failure, status, lang)
    };
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    let (parts, body) = worded.into_parts();
    // What was said of the empty body does not hold for this one.
    response.headers_mut().remove(CONTENT_LENGTH);
    response.headers_mut().extend(parts.headers);
    *response.body_mut() = body;
    response
}

/// The refusal of a response that has no words yet: one of ours, or what the router says by status alone.
fn failure_in(response: &Response) -> Option<Failure> {
    if let Some(failure) = response.extensions().get::<Failure>() {
        return Some(*failure);
    }
    let status = response.status();
    let bare = match response.headers().get(CONTENT_TYPE) {
        None => true,
        // What axum's extractors say; the console's pages and server functions have their own types.
        Some(kind) => {
            kind.as_bytes().starts_with(b"text/plain")
                && status != StatusCode::INTERNAL_SERVER_ERROR
        }
    };
    (status.is_client_error() || status.is_server_error()).then_some(())?;
    bare.then(|| Failure::of(code_of(status)))
}

fn code_of(status: StatusCode) -> Code {
    match status {
        StatusCode::NOT_FOUND => Code::NotFound,
        StatusCode::UNAUTHORIZED => Code::SignInRequired,
        StatusCode::FORBIDDEN => Code::Forbidden,
        StatusCode::TOO_MANY_REQUESTS => Code::RateLimited,
        StatusCode::SERVICE_UNAVAILABLE => Code::TryAgain,
        StatusCode::INSUFFICIENT_STORAGE => Code::StorageFull,
        status if status.is_client_error() => Code::Invalid,
        _ => Code::Internal,
    }
}

fn problem(failure: &Failure, status: StatusCode, lang: &str) -> Response {
    let strings = desk::locales::strings(lang, &["error", "field"]);
    let problem = Problem::new(failure.refusal, status.as_u16(), &strings);
    let mut response = Json(problem).into_response();
    let kind = HeaderValue::from_static("application/problem+json");
    response.headers_mut().insert(CONTENT_TYPE, kind);
    response
}
