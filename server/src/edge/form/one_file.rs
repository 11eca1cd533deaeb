//! A body with one file, as scripts upload it.

use super::multipart::{Uploads, broken, drain, multipart, next_chunk, store};
use crate::edge::failure::Answer;
use axum::extract::Request;
use protocol::{Code, Field, Refusal, file::Attachment};

/// Reads the one file of a multipart body, in the part `file`.
pub(crate) async fn read_file(request: Request, uploads: &Uploads<'_>) -> Answer<Attachment> {
    let mut body = multipart(request).await?;
    let part = body.next_field().await.map_err(broken)?;
    let mut part = part
        .filter(|part| part.name() == Some("file") && part.file_name().is_some())
        .ok_or(Refusal::of(Field::Files, Code::Required))?;
    let name = part.file_name().unwrap_or_default().to_owned();
    let first = next_chunk(&mut part).await?;
    let first = first.ok_or(Refusal::of(Field::Files, Code::FileEmpty))?;
    let stored = store(&mut part, first, &name, uploads).await;
    if stored.is_err() {
        // What is left is read, or the sender would see a broken connection in place of the answer.
        drain(&mut part, &mut 0).await?;
    }
    stored
}
