//! For whoever watches the process: is it there, can it work.

use crate::edge::{
    failure::{Answer, Failure},
    state::Server,
};
use axum::{
    extract::State,
    http::header::CACHE_CONTROL,
    response::{IntoResponse, Response},
};
use protocol::Code;
use tracing::instrument;

/// `GET /healthz`: the process answers.
#[instrument(skip_all)]
pub(crate) async fn alive() -> Response {
    ([(CACHE_CONTROL, "no-store")], "ok\n").into_response()
}

/// `GET /readyz`: the desk can do its work, and the server is not on its way out; else 503 with the part that cannot.
#[instrument(skip_all)]
pub(crate) async fn ready(State(server): State<Server>) -> Answer {
    if server.stop.is_set() {
        return Err(Failure::of(Code::TryAgain));
    }
    if let Err(why) = server.desk.ready().await {
        tracing::warn!(error = &why as &dyn std::error::Error, "not ready");
        let said = ([(CACHE_CONTROL, "no-store")], format!("{why}\n")).into_response();
        return Ok(Failure::of(Code::TryAgain).on_page(said));
    }
    Ok(([(CACHE_CONTROL, "no-store")], "ready\n").into_response())
}
