//! A body in parts: texts, and files that go to the desk as they come.

use super::{
    fields::{FIELD_BYTES, known, unknown, unreadable},
    posted::Posted,
};
use crate::edge::failure::{Answer, Failure};
use axum::{
    extract::{
        FromRequest, Multipart, Request,
        multipart::{Field as Part, MultipartError},
    },
    http::StatusCode,
};
use desk::{Desk, tickets::files::Uploader};
use futures_util::StreamExt;
use protocol::{Code, Field, FileId, Refusal, file::Attachment, limits};
use std::mem::take;

/// After a refusal the rest of a body is read and thrown away up to here, since a browser that is cut off while it
/// sends shows no answer.
pub(crate) const DRAIN_BYTES: u64 = 64 * 1024 * 1024;

/// Parts of a multipart body; a form of ours has far fewer.
const PARTS: usize = 64;

/// Where files go, and whose they are.
pub(crate) struct Uploads<'a> {
    pub(crate) desk: &'a Desk,
    pub(crate) by: Uploader,
}

/// Reads a form with files, part by part.
pub(super) async fn read(
    request: Request,
    names: &[&'static str],
    uploads: Option<Uploads<'_>>,
    posted: &mut Posted,
) -> Answer<()> {
    let mut body = multipart(request).await?;
    let mut begun = uploads.as_ref().map(|uploads| Begun { desk: uploads.desk, files: Vec::new() });
    let mut drained = 0;
    let mut parts = 0;
    while let Some(mut part) = body.next_field().await.map_err(broken)? {
        parts += 1;
        let name = part.name().unwrap_or_default().to_owned();
        let file = part.file_name().map(str::to_owned);
        match (known(names, &name), file, &uploads) {
            _ if parts > PARTS => posted.refuse(Refusal::new(Code::BodyInvalid)),
            (_, Some(file), Some(uploads)) if name == "files" => {
                if let Some(refusal) = take_file(&mut part, &file, uploads, posted).await? {
                    posted.refuse_file(&file, refusal);
                }
                if let Some(begun) = &mut begun {
                    begun.files.clone_from(&posted.files);
                }
            }
            // "No file chosen", as the parser hands it on.
            (_, None, Some(_)) if name == "files" => {}
            (Some(name), None, _) => take_text(&mut part, name, posted).await?,
            _ => posted.refuse(unknown(&name)),
        }
        if !drain(&mut part, &mut drained).await? {
            posted.refuse(Refusal::of(Field::Files, Code::FileTooLarge).limit(DRAIN_BYTES));
            break;
        }
    }
    if let Some(begun) = &mut begun {
        begun.files.clear();
    }
    Ok(())
}

/// The files of a form that is still being read. Should it break off they are nobody's: a browser sends them anew.
struct Begun<'a> {
    desk: &'a Desk,
    files: Vec<FileId>,
}

impl Drop for Begun<'_> {
    fn drop(&mut self) {
        if self.files.is_empty() {
            return;
        }
        let (desk, files) = (self.desk.clone(), take(&mut self.files));
        tokio::spawn(async move {
            if let Err(error) = desk.discard_uploads(&files).await {
                tracing::warn!(%error, "the files of a form wait to be swept");
            }
        });
    }
}

/// The multipart body of a request. The routes that take one lift axum's limit on the whole: each part has its own.
pub(super) async fn multipart(request: Request) -> Answer<Multipart> {
    Multipart::from_request(request, &()).await.map_err(|_| Failure::of(Code::BodyInvalid))
}

/// Streams one file to the desk, or says why not: a fault of ours costs the file alone, and not what stands in the
/// other parts. No name and no bytes is what a browser sends for "no file chosen".
async fn take_file(
    part: &mut Part<'_>,
    name: &str,
    uploads: &Uploads<'_>,
    posted: &mut Posted,
) -> Answer<Option<Refusal>> {
    // The form comes back in any case: who sends it does not wait for a store to be silent once more.
    if posted.refusals.iter().any(|refusal| refusal.code == Code::TryAgain) {
        return Ok(None);
    }
    let Some(first) = next_chunk(part).await? else {
        let empty = Refusal::of(Field::Files, Code::FileEmpty);
        return Ok((!name.is_empty()).then_some(empty));
    };
    if posted.files.len() >= limits::FILES {
        let limit = limits::FILES as u64;
        return Ok(Some(Refusal::of(Field::Files, Code::TooManyFiles).limit(limit)));
    }
    match store(part, first, name, uploads).await {
        Ok(attachment) => {
            posted.files.push(attachment.id);
            Ok(None)
        }
        Err(failure) => Ok(Some(failure.refusal)),
    }
}

/// Streams a part to the desk.
pub(super) async fn store(
    part: &mut Part<'_>,
    first: bytes::Bytes,
    name: &str,
    uploads: &Uploads<'_>,
) -> Answer<Attachment> {
    let mut upload = uploads.desk.begin_upload(uploads.by, name).await?;
    upload.write(&first).await?;
    while let Some(chunk) = next_chunk(part).await? {
        upload.write(&chunk).await?;
    }
    Ok(upload.finish().await?)
}

/// The next bytes of a part; none at its end.
pub(super) async fn next_chunk(part: &mut Part<'_>) -> Answer<Option<bytes::Bytes>> {
    loop {
        match part.next().await.transpose().map_err(broken)? {
            // An empty part is one empty chunk to the parser.
            Some(chunk) if chunk.is_empty() => {}
            chunk => return Ok(chunk),
        }
    }
}

/// Reads a text; of one that is longer than any field may be, as much as is given back.
async fn take_text(part: &mut Part<'_>, name: &'static str, posted: &mut Posted) -> Answer<()> {
    let mut bytes = Vec::new();
    while bytes.len() < FIELD_BYTES
        && let Some(chunk) = next_chunk(part).await?
    {
        posted.held.append(&mut bytes, &chunk)?;
    }
    posted.put(name, text_of(bytes, name));
    Ok(())
}

fn text_of(mut bytes: Vec<u8>, name: &str) -> Result<String, Refusal> {
    if bytes.len() >= FIELD_BYTES {
        // The last chunk may end inside of a character.
        bytes.truncate(String::from_utf8_lossy(&bytes).trim_end_matches('\u{fffd}').len());
    }
    String::from_utf8(bytes).map_err(|_| unreadable(name))
}

/// Reads and throws away the rest of a part; false where that is more than is worth reading.
pub(super) async fn drain(part: &mut Part<'_>, drained: &mut u64) -> Answer<bool> {
    while let Some(chunk) = next_chunk(part).await? {
        *drained += chunk.len() as u64;
        if *drained > DRAIN_BYTES {
            return Ok(false);
        }
    }
    Ok(true)
}

pub(super) fn broken(error: MultipartError) -> Failure {
    if error.status() == StatusCode::PAYLOAD_TOO_LARGE {
        return Refusal::new(Code::BodyTooLarge).limit(limits::BODY_BYTES as u64).into();
    }
    Failure::of(Code::BodyInvalid)
}
