//! For operators: is it there, can it work, what has it done.

use crate::{failure::Answer, state::Server};
use axum::{
    extract::State,
    http::header::{CACHE_CONTROL, CONTENT_TYPE},
    response::{IntoResponse, Response},
};

/// The process answers.
pub(crate) async fn alive() -> Response {
    ([(CACHE_CONTROL, "no-store")], "ok\n").into_response()
}

/// The database answers too, and the server is not on its way out.
pub(crate) async fn ready(State(server): State<Server>) -> Answer {
    if *server.stop.borrow() {
        return Err(crate::failure::Failure::of(protocol::Code::TryAgain));
    }
    server.desk.ready().await?;
    Ok(([(CACHE_CONTROL, "no-store")], "ready\n").into_response())
}

/// Prometheus' text format.
pub(crate) async fn metrics(State(server): State<Server>) -> Response {
    let kind = "text/plain; version=0.0.4; charset=utf-8";
    ([(CONTENT_TYPE, kind), (CACHE_CONTROL, "no-store")], server.counters.render()).into_response()
}
