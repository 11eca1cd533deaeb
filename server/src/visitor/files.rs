//! `/w/{site}/files`: what the panel attaches and shows.

use crate::{
    edge::{
        client::Client,
        failure::Answer,
        files,
        form::{self, Uploads},
        in_path::{IdInPath, PageInPath},
        origin,
        respond::created,
        state::Server,
    },
    pdf::Reader,
};
use axum::{
    Extension,
    extract::{Request, State},
};
use desk::{
    sites::Site,
    tickets::{Visitor, files::Uploader},
};
use protocol::FileId;
use std::sync::Arc;
use tracing::instrument;

/// `POST /w/{site}/files`, multipart with one `file`.
#[instrument(skip_all, fields(site = %site.key, ticket = %visitor.ticket))]
pub(crate) async fn upload(
    State(server): State<Server>,
    Extension(site): Extension<Arc<Site>>,
    Extension(visitor): Extension<Visitor>,
    client: Client,
    request: Request,
) -> Answer {
    origin::check(&site, &server.public, request.headers())?;
    server.rates.message(&site, client.0)?;
    let uploads = Uploads { desk: &server.desk, by: Uploader::Visitor(visitor) };
    Ok(created(form::read_file(request, &uploads).await?))
}

/// `GET /w/{site}/files/{id}`
#[instrument(skip_all, fields(ticket = %visitor.ticket))]
pub(crate) async fn download(
    State(server): State<Server>,
    IdInPath(id): IdInPath<FileId>,
    Extension(visitor): Extension<Visitor>,
) -> Answer {
    files::serve(&server.desk, server.desk.visitor_file(visitor, id).await?).await
}

/// `GET /w/{site}/files/{id}/page/{page}`
#[instrument(skip_all, fields(ticket = %visitor.ticket))]
pub(crate) async fn page(
    State(server): State<Server>,
    PageInPath(id, page): PageInPath,
    Extension(visitor): Extension<Visitor>,
) -> Answer {
    let stored = server.desk.visitor_file(visitor, id).await?;
    files::serve_page(&server, stored, page, Reader::Visitor).await
}
