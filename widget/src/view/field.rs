//! Pieces of form fields that panel and ticket page share.

use super::icons::{self, icon};
use crate::markup::Id;
use leptos::{
    attr::{Attribute, aria_describedby, aria_invalid, autofocus},
    prelude::*,
};
use protocol::{file::file_size, limits};

/// Seen, and not part of the field's name.
pub fn optional(words: String) -> impl IntoView {
    view! { <em aria-hidden="true">{words}</em> }
}

/// The attributes of a field that was refused with these words, at which the page begins then; none when they are
/// empty.
pub fn refused(error: &str, error_id: Id) -> impl Attribute + use<> {
    let is_refused = !error.is_empty();
    (
        aria_invalid(is_refused.then_some("true")),
        aria_describedby(is_refused.then_some(error_id.as_str())),
        autofocus(is_refused),
    )
}

/// The words of a file field.
pub struct FileField {
    pub label: String,
    pub optional: String,
    /// What stands on the button that the field looks like.
    pub choose: String,
    /// How many files there may be, and how large.
    pub hint: String,
    /// That they may be dragged there, for those who can.
    pub drag: Option<String>,
}

/// A field for several files. The browser's own would speak the browser's language: it lies unseen over words of ours.
pub fn file_field(words: FileField, is_disabled: bool, is_refused: bool) -> impl IntoView {
    let FileField { label, optional: optional_words, choose, hint, drag } = words;
    let described_by = if is_refused {
        [Id::FilesError.as_str(), " ", Id::FilesHint.as_str()].concat()
    } else {
        Id::FilesHint.as_str().to_owned()
    };
    view! {
        <label for=Id::Files.as_str()>{label} " " {optional(optional_words)}</label>
        <div class="drop">
            <span class="btn" aria-hidden="true">{icon(icons::CLIP)} {choose}</span>
            <input
                id=Id::Files.as_str()
                name="files"
                type="file"
                multiple
                disabled=is_disabled
                aria-invalid=is_refused.then_some("true")
                autofocus=is_refused
                aria-describedby=described_by
            />
            <p class="hint" id=Id::FilesHint.as_str()>
                {hint} {drag.map(|words| view! { " " <span class="drag">{words}</span> })}
            </p>
            <p class="chosen" dir="auto"></p>
        </div>
    }
}

/// What the hint's places are filled with: `n` files of `size` each.
pub fn file_limits(bytes: u64) -> (String, String) {
    (limits::FILES.to_string(), file_size(bytes))
}
