//! An address that leads nowhere.

use super::erase::erase;
use crate::words::use_words;
use leptos::prelude::*;

/// Says that there is nothing, and leads back to the inbox.
#[component]
pub fn NotThere() -> impl IntoView {
    let words = use_words();
    erase(view! {
        <section class="blank">
            <h1>{words.get("not_there")}</h1>
            <p class="muted">{words.get("not_there_why")}</p>
            <a class="btn" href="/console">{words.get("to_inbox")}</a>
        </section>
    })
}
