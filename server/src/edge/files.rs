//! Stored files on their way out: never a page, never a script.

use super::{
    failure::{Answer, Failure},
    state::Server,
};
use crate::pdf::{Reader, Undrawn};
use axum::{
    body::Body,
    http::{
        HeaderMap, HeaderName, HeaderValue,
        header::{
            CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_SECURITY_POLICY,
            CONTENT_TYPE,
        },
    },
    response::Response,
};
use desk::{Desk, Error, tickets::files::StoredFile};
use protocol::Code;
use std::{fmt::Write, num::NonZeroU32, time::Duration};

/// Streams the file: as an attachment unless it is a picture that was made anew, under a policy that lets it do
/// nothing. A client that goes away ends the reading.
pub(crate) async fn serve(desk: &Desk, stored: StoredFile) -> Answer {
    let content = match desk.file_content(&stored).await {
        Err(error) => return Err(not_read(&stored, error)),
        Ok(content) => content,
    };
    let length = content.bytes;
    let mut response = Response::new(Body::from_stream(content.pieces));
    let headers = response.headers_mut();
    let kind = HeaderValue::from_str(&stored.attachment.media_type)
        .unwrap_or(HeaderValue::from_static("application/octet-stream"));
    headers.insert(CONTENT_TYPE, kind);
    headers.insert(CONTENT_LENGTH, length.into());
    let disposition = disposition(&stored.attachment.name, stored.inline);
    headers.insert(
        CONTENT_DISPOSITION,
        HeaderValue::from_str(&disposition).unwrap_or(HeaderValue::from_static("attachment")),
    );
    confine(headers);
    Ok(response)
}

/// How many pages the file has of which this is one.
const PAGES: HeaderName = HeaderName::from_static("ayuda-pages");
/// Whoever found the line full is let in again after this.
const BUSY: Duration = Duration::from_secs(5);

/// A page of a PDF as a picture that was drawn of it. Who may have the file may have its pages.
pub(crate) async fn serve_page(
    server: &Server,
    stored: StoredFile,
    page: NonZeroU32,
    reader: Reader,
) -> Answer {
    let drawn = match server.pages.draw(&server.desk, &stored, page, reader).await {
        Ok(drawn) => drawn,
        Err(undrawn) => return Err(refused(&stored, undrawn)),
    };
    let mut response = Response::new(Body::from(drawn.png));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("image/png"));
    headers.insert(CONTENT_DISPOSITION, HeaderValue::from_static("inline"));
    headers.insert(PAGES, drawn.pages.into());
    confine(headers);
    Ok(response)
}

fn refused(stored: &StoredFile, undrawn: Undrawn) -> Failure {
    match undrawn {
        Undrawn::Protected => Failure::of(Code::FileProtected),
        Undrawn::NotShown => Failure::of(Code::FileNotShown),
        Undrawn::NoSuchPage => Failure::of(Code::NotFound),
        Undrawn::Busy => Failure { wait: Some(BUSY), ..Failure::of(Code::TryAgain) },
        Undrawn::File(error) => not_read(stored, error),
        Undrawn::Process(error) => {
            tracing::error!(%error, "no process draws pages");
            Failure::of(Code::Internal)
        }
    }
}

fn not_read(stored: &StoredFile, error: Error) -> Failure {
    match error {
        Error::File(error) => {
            tracing::error!(%error, file = %stored.attachment.id, "a stored file cannot be opened");
            Failure::of(Code::NotFound)
        }
        error => error.into(),
    }
}

/// It can do nothing, and stays with who asked for it.
fn confine(headers: &mut HeaderMap) {
    let policy = HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'; sandbox");
    headers.insert(CONTENT_SECURITY_POLICY, policy);
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, max-age=3600"));
    headers.insert("cross-origin-resource-policy", HeaderValue::from_static("same-origin"));
}

/// RFC 6266 with the name as RFC 8187 writes it: nothing of it can end the value.
fn disposition(name: &str, inline: bool) -> String {
    let mut out = String::from(if inline { "inline" } else { "attachment" });
    out.push_str("; filename*=UTF-8''");
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._".contains(&byte) {
            out.push(byte.into());
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_ends_the_header() {
        assert_eq!(
            disposition("año \"x\";\r\n.pdf", false),
            "attachment; filename*=UTF-8''a%C3%B1o%20%22x%22%3B%0D%0A.pdf"
        );
    }
}
