//! An address that leads nowhere.

use super::erase::erase;
use crate::words::use_words;
use leptos::prelude::*;

/// Says that there is nothing, and leads back to the inbox. `is_lost`: it was there, and this agent may see it no
/// longer.
#[component]
pub fn NotThere(#[prop(optional)] is_lost: bool) -> impl IntoView {
    let words = use_words();
    let (title, why) =
        if is_lost { ("access_lost", "access_lost_why") } else { ("not_there", "not_there_why") };
    erase(view! {
        <section class="blank" role=is_lost.then_some("alert")>
            <h1>{words.get(title)}</h1>
            <p class="muted">{words.get(why)}</p>
            <a class="btn" href="/console">{words.get("to_inbox")}</a>
        </section>
    })
}
