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
pub(crate) async fn alive() -> Response {
    ([(CACHE_CONTROL, "no-store")], "ok\n").into_response()
}

/// `GET /readyz`: the database answers too, and the server is not on its way out.
#[instrument(skip_all)]
pub(crate) async fn ready(State(server): State<Server>) -> Answer {
    if server.stop.is_set() {
        return Err(Failure::of(Code::TryAgain));
    }
    server.desk.ready().await?;
    Ok(([(CACHE_CONTROL, "no-store")], "ready\n").into_response())
}
