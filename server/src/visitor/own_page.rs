//! What the pages of a visitor's own tickets are made of: small documents of the server's own, without scripts.

use crate::edge::page::{self, Reader};
use axum::response::{Html, IntoResponse, Response};
use desk::{locales, sites::Site};
use protocol::{Refusal, html::escape, strings::Strings};

/// Whom a page is for, and its words.
pub(super) struct OwnPage<'a> {
    pub(super) site: &'a Site,
    pub(super) reader: Reader,
    strings: Strings,
}

impl<'a> OwnPage<'a> {
    pub(super) fn new(site: &'a Site, reader: Reader) -> Self {
        let strings = locales::strings(reader.lang, &["own_tickets", "state", "error", "field"]);
        Self { site, reader, strings }
    }

    /// The words of `own_tickets.{key}`, ready for HTML.
    pub(super) fn text(&self, key: &str) -> String {
        self.fill(key, &[])
    }

    /// The same with its places filled.
    pub(super) fn fill(&self, key: &str, places: &[(&str, &str)]) -> String {
        escape(&self.strings.fill(&["own_tickets.", key].concat(), places))
    }

    /// The name of a state, ready for HTML.
    pub(super) fn state(&self, name: &str) -> String {
        escape(&self.strings.state(name))
    }

    /// Why something was refused, ready for HTML.
    pub(super) fn refusal(&self, refusal: &Refusal) -> String {
        escape(&self.strings.refusal(refusal))
    }

    /// An address below `/w/{site}/tickets`.
    pub(super) fn address(&self, rest: &str) -> String {
        escape(&["/w/", &self.site.key.0, "/tickets", rest].concat())
    }

    /// The document; `body` is HTML and stands under the heading.
    pub(super) fn show(&self, body: &str) -> Response {
        let places = [("site", self.site.name.as_str())];
        let title = self.strings.fill("own_tickets.title", &places);
        let body = format!("<main class=\"note wide\"><h1>{}</h1>{body}</main>", escape(&title));
        Html(page::document(&title, &self.reader, &body)).into_response()
    }
}
