//! Brotli and gzip for what is made anew for every answer: pages and JSON. Assets are compressed already, files are
//! left alone.

use axum::http::{HeaderMap, header::CONTENT_TYPE};
use tower_http::{
    CompressionLevel,
    compression::{CompressionLayer, predicate::Predicate},
};

/// The layer. Level 5 is the first that looks at what stands around a letter: a tenth smaller than 4, for about the
/// same time.
pub(crate) fn layer() -> CompressionLayer<Text> {
    CompressionLayer::new().quality(CompressionLevel::Precise(5)).compress_when(Text)
}

/// Pages, JSON, and the loader with a status in it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Text;

impl Predicate for Text {
    fn should_compress<B>(&self, response: &axum::http::Response<B>) -> bool
    where
        B: axum::body::HttpBody,
    {
        is_text(response.headers()) && response.body().size_hint().exact().is_none_or(|n| n > 512)
    }
}

fn is_text(headers: &HeaderMap) -> bool {
    headers.get(CONTENT_TYPE).is_some_and(|kind| {
        let kind = kind.as_bytes();
        [&b"text/html"[..], b"application/json", b"text/javascript"]
            .iter()
            .any(|text| kind.starts_with(text))
    })
}
