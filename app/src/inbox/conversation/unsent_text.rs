//! What was being written where nothing can be written any more: nothing typed is taken from who typed it.

use crate::{ui::erase::erase, words::use_words};
use leptos::prelude::*;

/// The text, to be read and copied; nothing where there is none.
#[component]
pub fn UnsentText(message: ArcRwSignal<String>) -> impl IntoView {
    let words = use_words();
    let is_empty = {
        let message = message.clone();
        Memo::new(move |_| message.with(String::is_empty))
    };
    erase(view! {
        <label class="unsent-text s" hidden=is_empty>
            <span class="muted">{words.get("unsent_text")}</span>
            <textarea readonly rows="2" dir="auto" prop:value=move || message.get()></textarea>
        </label>
    })
}
