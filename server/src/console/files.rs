//! `/console/files`: what agents attach and open.

use crate::{
    edge::{
        failure::{Answer, Failure},
        files, request_info,
        state::Server,
    },
    visitor::files as visitor_files,
};
use axum::{
    Extension, Json,
    extract::{Path, Request, State},
    http::StatusCode,
    response::IntoResponse,
};
use desk::people::Agent;
use protocol::{Code, TicketId};

/// `POST /console/files?ticket={id}`, multipart with one `file`.
pub(crate) async fn upload(
    State(server): State<Server>,
    Extension(agent): Extension<Agent>,
    request: Request,
) -> Answer {
    let ticket =
        request_info::query(request.uri(), "ticket").and_then(|id| id.parse::<TicketId>().ok());
    let ticket = ticket.ok_or(Failure::of(Code::NotFound))?;
    let site = server.desk.site_of_ticket(&agent, ticket).await?;
    let attachment = visitor_files::take(request, &server.desk, &site).await?;
    Ok((StatusCode::CREATED, Json(attachment)).into_response())
}

/// `GET /console/files/{id}`
pub(crate) async fn download(
    State(server): State<Server>,
    Path(id): Path<String>,
    Extension(agent): Extension<Agent>,
) -> Answer {
    let id = visitor_files::parse_id(&id)?;
    files::serve(server.desk.agent_file(&agent, id).await?).await
}
