//! Stored files on their way out: never a page, never a script.

use super::failure::{Answer, Failure};
use axum::{
    body::Body,
    http::{
        HeaderValue,
        header::{
            CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_SECURITY_POLICY,
            CONTENT_TYPE,
        },
    },
    response::Response,
};
use desk::{Desk, Error, tickets::files::StoredFile};
use protocol::Code;
use std::fmt::Write;

/// Streams the file: as an attachment unless it is a picture that was made anew, under a policy that lets it do
/// nothing. A client that goes away ends the reading.
pub(crate) async fn serve(desk: &Desk, stored: StoredFile) -> Answer {
    let content = match desk.file_content(&stored).await {
        Err(Error::File(error)) => {
            tracing::error!(%error, file = %stored.attachment.id, "a stored file cannot be opened");
            return Err(Failure::of(Code::NotFound));
        }
        content => content?,
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
    let policy = HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'; sandbox");
    headers.insert(CONTENT_SECURITY_POLICY, policy);
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, max-age=3600"));
    headers.insert("cross-origin-resource-policy", HeaderValue::from_static("same-origin"));
    Ok(response)
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
