//! Pieces of form fields that panel and ticket page share.

use crate::markup::Id;
use leptos::{
    attr::{Attribute, aria_describedby, aria_invalid},
    prelude::*,
};
use protocol::{file::file_size, limits};

/// Seen, and not part of the field's name.
pub fn optional(words: String) -> impl IntoView {
    view! { <em aria-hidden="true">{words}</em> }
}

/// The attributes of a field that was refused with these words; none when they are empty.
pub fn refused(error: &str, error_id: Id) -> impl Attribute + use<> {
    let is_refused = !error.is_empty();
    (
        aria_invalid(is_refused.then_some("true")),
        aria_describedby(is_refused.then_some(error_id.as_str())),
    )
}

/// A field for several files with its label, `optional` and the hint that says how many and how large they may be.
pub fn file_field(
    label: String,
    optional_words: String,
    hint: String,
    is_disabled: bool,
    is_refused: bool,
) -> impl IntoView {
    view! {
        <label for=Id::Files.as_str()>{label} " " {optional(optional_words)}</label>
        <div class="drop">
            <input
                id=Id::Files.as_str()
                name="files"
                type="file"
                multiple
                disabled=is_disabled
                aria-invalid=is_refused.then_some("true")
                aria-describedby=Id::FilesHint.as_str()
            />
            <p class="hint" id=Id::FilesHint.as_str()>{hint}</p>
        </div>
    }
}

/// What the hint's places are filled with: `n` files of `size` each.
pub fn file_limits(bytes: u64) -> (String, String) {
    (limits::FILES.to_string(), file_size(bytes))
}
