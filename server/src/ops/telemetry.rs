//! Counts and logs answers, and turns a panic in a handler into a 500 of ours. Never logs an address with its query:
//! tokens may be in it.

use crate::edge::{client, failure::Failure, state::Server};
use axum::{
    extract::{MatchedPath, Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use futures_util::FutureExt;
use protocol::Code;
use std::panic::AssertUnwindSafe;

/// Counts and logs, and notes who passes requests on.
pub(crate) async fn observe(
    State(server): State<Server>,
    request: Request,
    next: Next,
) -> Response {
    let peer = client::peer(request.extensions()).ip();
    server.undeclared_proxy.look_at(peer, request.headers(), &server.trusted_proxies);
    let method = request.method().clone();
    let path = request.extensions().get::<MatchedPath>().cloned();
    let response = next.run(request).await;
    let status = response.status();
    let class = usize::from(status.as_u16() / 100).clamp(1, 5) - 1;
    server.counters.answers[class].up();
    let path = path.as_ref().map_or("(none)", MatchedPath::as_str);
    tracing::debug!(%method, path, status = status.as_u16(), "answered");
    response
}

/// Answers 500 where a handler panicked.
pub(crate) async fn catch_panic(request: Request, next: Next) -> Response {
    match AssertUnwindSafe(next.run(request)).catch_unwind().await {
        Ok(response) => response,
        // The panic hook has logged where.
        Err(_) => Failure::of(Code::Internal).into_response(),
    }
}
