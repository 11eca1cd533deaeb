//! The document around the few pages of the server's own: problems, landing, demonstration. They share one small style.

use super::request_info;
use app::ssr::Nonce;
use axum::{
    extract::Request,
    http::{Extensions, HeaderMap, Uri, request::Parts},
};
use protocol::html::escape;

const STYLE: &str = include_str!("page.css");

/// Whom a page is made for: the language, and the nonce that the answer's policy allows.
#[derive(Clone, Debug)]
pub(crate) struct Reader {
    pub(crate) lang: &'static str,
    pub(crate) nonce: String,
}

impl Reader {
    /// In the language that the request asks for, else in `otherwise`.
    pub(crate) fn of(request: &Request, otherwise: &str) -> Self {
        Self::new(request.uri(), request.headers(), request.extensions(), otherwise)
    }

    /// The same of a request's head.
    pub(crate) fn in_parts(parts: &Parts, otherwise: &str) -> Self {
        Self::new(&parts.uri, &parts.headers, &parts.extensions, otherwise)
    }

    fn new(uri: &Uri, headers: &HeaderMap, extensions: &Extensions, otherwise: &str) -> Self {
        let lang = request_info::language(uri, headers, otherwise);
        let nonce = extensions.get::<Nonce>().map(|nonce| nonce.0.clone()).unwrap_or_default();
        Self { lang, nonce }
    }
}

/// A document with a title of plain text and a body of HTML.
pub(crate) fn document(title: &str, reader: &Reader, body: &str) -> String {
    let Reader { lang, nonce } = reader;
    format!(
        "<!doctype html>\n<html lang=\"{lang}\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <title>{}</title><style nonce=\"{nonce}\">{STYLE}</style></head><body>{body}</body></html>\n",
        escape(title),
    )
}
