//! `/console/files`: what agents attach and open.

use crate::{
    edge::{
        failure::{Answer, Failure},
        files,
        form::{self, Uploads},
        in_path::{IdInPath, PageInPath},
        request_info::query,
        respond::created,
        state::Server,
    },
    pdf::Reader,
};
use axum::{
    Extension,
    extract::{Request, State},
};
use desk::{people::Agent, tickets::files::Uploader};
use protocol::{Code, FileId, TicketId};
use tracing::instrument;

/// `POST /console/files?ticket={id}`, multipart with one `file`.
#[instrument(skip_all, fields(agent = %agent.id))]
pub(crate) async fn upload(
    State(server): State<Server>,
    Extension(agent): Extension<Agent>,
    request: Request,
) -> Answer {
    let ticket = query(request.uri(), "ticket").and_then(|id| id.parse::<TicketId>().ok());
    let ticket = ticket.ok_or(Failure::of(Code::NotFound))?;
    let site = server.desk.site_for_upload(&agent, ticket).await?;
    let by = Uploader::Agent { agent: agent.id, ticket, site: site.id };
    let uploads = Uploads { desk: &server.desk, by };
    Ok(created(form::read_file(request, &uploads).await?))
}

/// `GET /console/files/{id}`
#[instrument(skip_all, fields(agent = %agent.id))]
pub(crate) async fn download(
    State(server): State<Server>,
    IdInPath(id): IdInPath<FileId>,
    Extension(agent): Extension<Agent>,
) -> Answer {
    files::serve(&server.desk, server.desk.agent_file(&agent, id).await?).await
}

/// `GET /console/files/{id}/page/{page}`
#[instrument(skip_all, fields(agent = %agent.id))]
pub(crate) async fn page(
    State(server): State<Server>,
    PageInPath(id, page): PageInPath,
    Extension(agent): Extension<Agent>,
) -> Answer {
    let stored = server.desk.agent_file(&agent, id).await?;
    files::serve_page(&server, stored, page, Reader::Agent).await
}
