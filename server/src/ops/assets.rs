//! Scripts, styles, wasm and fonts, embedded and precompressed, under names that change with
//! their content; the loader alone keeps its name, because owners paste it.

use crate::edge::failure::Failure;
use axum::{
    body::Body,
    extract::Path,
    http::{
        HeaderMap, HeaderName, HeaderValue, StatusCode,
        header::{
            ACCEPT_ENCODING, ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, CONTENT_ENCODING,
            CONTENT_TYPE, ETAG, IF_NONE_MATCH, VARY, X_CONTENT_TYPE_OPTIONS,
        },
    },
    response::{IntoResponse, Response},
};
use protocol::Code;
use tracing::instrument;

mod embedded {
    include!(concat!(env!("OUT_DIR"), "/assets.rs"));
}

const CROSS_ORIGIN_RESOURCE_POLICY: HeaderName =
    HeaderName::from_static("cross-origin-resource-policy");
const A_YEAR: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
const FIVE_MINUTES: HeaderValue = HeaderValue::from_static("public, max-age=300");

/// One embedded file in its three encodings.
#[derive(Debug)]
pub struct Asset {
    /// The name that does not change, such as `panel.js` or `fonts/inter.woff2`.
    pub logical: &'static str,
    /// Absolute path on our origin; holds a hash of the content (except the loader's).
    pub url: &'static str,
    pub media_type: &'static str,
    /// Weak validator, with its quotes: one for all encodings.
    pub etag: &'static str,
    pub body: &'static [u8],
    /// Brotli, when it is smaller than `body`.
    pub br: Option<&'static [u8]>,
    /// Gzip, when it is smaller than `body`.
    pub gz: Option<&'static [u8]>,
}

/// The asset of a logical name; `None` when this binary was built without assets.
pub fn find(logical: &str) -> Option<&'static Asset> {
    embedded::ASSETS.iter().find(|asset| asset.logical == logical)
}

/// The URL of a logical name, or an empty string when this binary was built without assets.
fn url(logical: &str) -> &'static str {
    find(logical).map_or("", |asset| asset.url)
}

/// All of them, in the order of their logical names.
pub fn all() -> &'static [Asset] {
    embedded::ASSETS
}

/// What the panel and the ticket page are made with.
pub(crate) fn of_panel() -> widget::ssr::Assets {
    widget::ssr::Assets {
        panel: inline("panel.css", "boot.js"),
        ticket: inline("ticket.css", "ticket_page.js"),
        script_url: find("panel.js").map(|script| script.url.to_owned()),
        wasm_url: find("panel.wasm").map(|wasm| wasm.url.to_owned()),
    }
}

fn inline(css: &str, script: &str) -> Option<widget::ssr::Inline> {
    let text = |name: &str| find(name).and_then(|asset| std::str::from_utf8(asset.body).ok());
    Some(widget::ssr::Inline { css: text(css)?, script: text(script)? })
}

/// What the console is made with.
pub(crate) fn of_console() -> app::ssr::ConsoleAssets {
    app::ssr::ConsoleAssets {
        css_url: url("console.css").into(),
        script_url: url("console.js").into(),
        wasm_url: url("console.wasm").into(),
        font_url: url("fonts/atkinson-hyperlegible-next-latin.woff2").into(),
    }
}

/// A file under its hashed name: cacheable for ever.
#[instrument(skip_all)]
pub(crate) async fn serve(Path(path): Path<String>, headers: HeaderMap) -> Response {
    let asset = embedded::ASSETS
        .iter()
        .find(|asset| asset.url.strip_prefix("/assets/").is_some_and(|name| name == path));
    match asset {
        Some(asset) => asset.answer(&headers, A_YEAR),
        None => Failure::of(Code::NotFound).into_response(),
    }
}

/// The loader, for pages of every origin; browsers ask again after five minutes.
pub(crate) fn serve_loader(headers: &HeaderMap) -> Response {
    match find("widget.js") {
        Some(asset) => asset.answer(headers, FIVE_MINUTES),
        None => Failure::of(Code::NotFound).into_response(),
    }
}

impl Asset {
    fn answer(&self, request: &HeaderMap, caching: HeaderValue) -> Response {
        let (encoding, body) = self.encoded(request);
        let mut response = Response::new(Body::empty());
        let headers = response.headers_mut();
        headers.insert(ETAG, HeaderValue::from_static(self.etag));
        headers.insert(CACHE_CONTROL, caching);
        headers.insert(VARY, HeaderValue::from_static("accept-encoding"));
        headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        // Public files, and host pages of any origin load them; no answer depends on who asks.
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
        headers.insert(CROSS_ORIGIN_RESOURCE_POLICY, HeaderValue::from_static("cross-origin"));
        if self.is_known_to(request) {
            *response.status_mut() = StatusCode::NOT_MODIFIED;
            return response;
        }
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(self.media_type));
        if let Some(encoding) = encoding {
            headers.insert(CONTENT_ENCODING, HeaderValue::from_static(encoding));
        }
        *response.body_mut() = Body::from(body);
        response
    }

    fn encoded(&self, request: &HeaderMap) -> (Option<&'static str>, &'static [u8]) {
        if let Some(br) = self.br.filter(|_| accepts(request, "br")) {
            (Some("br"), br)
        } else if let Some(gz) = self.gz.filter(|_| accepts(request, "gzip")) {
            (Some("gzip"), gz)
        } else {
            (None, self.body)
        }
    }

    fn is_known_to<'a>(&self, request: &'a HeaderMap) -> bool {
        let opaque = |tag: &'a str| tag.strip_prefix("W/").unwrap_or(tag);
        values(request, &IF_NONE_MATCH).any(|tag| tag == "*" || opaque(tag) == opaque(self.etag))
    }
}

/// RFC 9110, 12.5.3: listed by name and not with weight zero.
fn accepts(request: &HeaderMap, coding: &str) -> bool {
    values(request, &ACCEPT_ENCODING).any(|item| {
        let mut parts = item.split(';').map(str::trim);
        parts.next().is_some_and(|name| name.eq_ignore_ascii_case(coding))
            && !parts.any(|weight| matches!(weight, "q=0" | "q=0.0" | "q=0.00" | "q=0.000"))
    })
}

fn values<'a>(request: &'a HeaderMap, name: &HeaderName) -> impl Iterator<Item = &'a str> {
    request
        .get_all(name)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(str::trim)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PANEL: Asset = Asset {
        logical: "panel.js",
        url: "/assets/panel.0123456789abcdef.js",
        media_type: "text/javascript; charset=utf-8",
        etag: "W/\"0123456789abcdef\"",
        body: b"plain",
        br: Some(b"br"),
        gz: Some(b"gz"),
    };

    fn asking(name: HeaderName, value: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(name, HeaderValue::from_static(value))])
    }

    #[test]
    fn the_smallest_encoding_that_the_client_takes_is_sent() {
        let sent = |accepted| PANEL.encoded(&asking(ACCEPT_ENCODING, accepted)).1;
        assert_eq!(sent("gzip, deflate, br, zstd"), b"br");
        assert_eq!(sent("gzip;q=1.0, br;q=0"), b"gz");
        assert_eq!(sent("identity"), b"plain");
    }

    #[test]
    fn a_known_version_is_not_sent_again() {
        let known = asking(IF_NONE_MATCH, "\"other\", W/\"0123456789abcdef\"");
        let response = PANEL.answer(&known, FIVE_MINUTES);
        assert_eq!(response.status(), StatusCode::NOT_MODIFIED);
        assert_eq!(response.headers()[ETAG], PANEL.etag);
        let unknown = asking(IF_NONE_MATCH, "\"other\"");
        assert_eq!(PANEL.answer(&unknown, FIVE_MINUTES).status(), StatusCode::OK);
    }
}
