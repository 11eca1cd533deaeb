//! `/w/{site}/files`: what the panel attaches and shows.

use crate::edge::{
    client::Client,
    failure::{Answer, Failure},
    files,
    form::{self, Uploads},
    origin,
    state::Server,
};
use axum::{
    Extension, Json,
    extract::{Path, Request, State},
    http::StatusCode,
    response::IntoResponse,
};
use desk::{Desk, sites::Site, tickets::Visitor};
use protocol::{Code, Field, FileId, Refusal, file::Attachment};
use std::sync::Arc;

/// `POST /w/{site}/files`, multipart with one `file`.
pub(crate) async fn upload(
    State(server): State<Server>,
    Extension(site): Extension<Arc<Site>>,
    client: Client,
    request: Request,
) -> Answer {
    origin::check(&site, &server.public, request.headers())?;
    server.rates.message(&site, client.0)?;
    let attachment = take(request, &server.desk, &site).await?;
    Ok((StatusCode::CREATED, Json(attachment)).into_response())
}

/// `GET /w/{site}/files/{id}`
pub(crate) async fn download(
    State(server): State<Server>,
    Path((_, id)): Path<(String, String)>,
    Extension(visitor): Extension<Visitor>,
) -> Answer {
    let id = parse_id(&id)?;
    files::serve(server.desk.visitor_file(visitor, id).await?).await
}

pub(crate) fn parse_id(text: &str) -> Answer<FileId> {
    text.parse().map_err(|_| Failure::of(Code::NotFound))
}

/// The one file of a multipart body.
pub(crate) async fn take(request: Request, desk: &Desk, site: &Site) -> Answer<Attachment> {
    let mut body = form::multipart(request).await?;
    let part = body.next_field().await.map_err(|_| Failure::of(Code::Invalid))?;
    let mut part = part
        .filter(|part| part.name() == Some("file") && part.file_name().is_some())
        .ok_or(Refusal::of(Field::Files, Code::Required))?;
    let name = part.file_name().unwrap_or_default().to_owned();
    let first = form::next_chunk(&mut part).await?;
    let first = first.ok_or(Refusal::of(Field::Files, Code::Required))?;
    let stored = form::store(&mut part, first, &name, &Uploads { desk, site }).await;
    if stored.is_err() {
        // What is left is read, or the sender would see a broken connection in place of the answer.
        form::drain(&mut part, &mut 0).await?;
    }
    stored
}
