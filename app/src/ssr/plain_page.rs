//! What the pages before the console have in common: plain forms that need no script.

use super::{
    document::Document,
    shared::{Language, Nonce, Shared},
};
use crate::ui::icon::{Drawing, Icon};
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
            not_loaded: None,
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

/// Shows what is typed as a password, and hides it again; without a script the button is not there. Hidden again before
/// it is sent, so that the browser knows it for one.
const SHOW: &str = "for(const b of document.querySelectorAll('.show-password')){\
const f=document.getElementById('password');b.hidden=false;\
b.onclick=()=>{const s=f.type==='password';f.type=s?'text':'password';b.setAttribute('aria-pressed',s);f.focus()};\
f.form.addEventListener('submit',()=>{f.type='password'})}";

/// The field of a password with the button that shows it.
pub(super) fn password_field<Field: IntoView + 'static>(
    page: &PlainPage,
    field: Field,
) -> impl IntoView + use<Field> {
    let (label, show) = (page.get("password"), page.get("show_password"));
    let nonce = page.about.nonce.clone();
    // Its name is its text: one by an attribute would be taken for a label of the field.
    view! {
        <div class="password">
            <label class="field"><span>{label}</span>{field}</label>
            <button type="button" class="btn quiet icon-only show-password" aria-pressed="false" aria-controls="password" hidden>
                <Icon drawing=Drawing::Eye/><span class="quiet">{show}</span>
            </button>
        </div>
        <script nonce=nonce inner_html=SHOW></script>
    }
}

/// Renders a page without waiting for anything.
pub(super) fn render<V: IntoView>(page: impl FnOnce() -> V) -> Response {
    let owner = Owner::new();
    let html = owner.with(|| page().to_html());
    owner.unset_with_forced_cleanup();
    Html(html).into_response()
}
