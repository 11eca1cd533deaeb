//! What the pages before the console have in common: plain forms that need no script.

use super::{
    document::Document,
    shared::{Language, Nonce, Shared},
};
use axum::{
    extract::Request,
    response::{Html, IntoResponse, Response},
};
use desk::locales;
use leptos::prelude::*;
use protocol::{Refusal, strings::Strings};
use std::sync::Arc;

/// What such a page is made with.
pub(super) struct PlainPage {
    strings: Strings,
    pub(super) about: Document,
}

impl PlainPage {
    /// A page in the reader's language; `title` is the key of its title.
    pub(super) fn new(shared: &Shared, request: &Request, title: &str) -> Self {
        let lang = request.extensions().get::<Language>();
        let lang = lang.map_or(locales::LANGUAGES[0], |language| language.0);
        let strings = locales::strings(lang, &["console", "error", "field"]);
        let nonce = request.extensions().get::<Nonce>();
        let about = Document {
            lang: lang.to_owned(),
            title: strings.get(&format!("console.{title}")),
            nonce: nonce.map(|nonce| nonce.0.clone()).unwrap_or_default(),
            assets: Arc::clone(&shared.assets),
            start: None,
        };
        Self { strings, about }
    }

    /// The text of `console.{key}`.
    pub(super) fn get(&self, key: &str) -> String {
        self.strings.get(&format!("console.{key}"))
    }

    /// The sentence for a refusal.
    pub(super) fn refusal(&self, refusal: &Refusal) -> String {
        self.strings.refusal(refusal)
    }
}

/// What was wrong, over a form.
pub(super) fn problem(sentence: String) -> impl IntoView {
    view! { <p class="form-problem" id="problem" role="alert">{sentence}</p> }
}

/// Renders a page without waiting for anything.
pub(super) fn render<V: IntoView>(page: impl FnOnce() -> V) -> Response {
    let owner = Owner::new();
    let html = owner.with(|| page().to_html());
    owner.unset_with_forced_cleanup();
    Html(html).into_response()
}
