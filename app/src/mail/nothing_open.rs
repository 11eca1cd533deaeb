//! What stands beside the list when no mail is open.

use crate::{
    ui::{
        erase::erase,
        icon::{Drawing, Icon},
    },
    words::use_words,
};
use leptos::prelude::*;

/// Says that nothing is open, and what the page is for.
#[component]
pub fn NothingOpen() -> impl IntoView {
    let words = use_words();
    erase(view! {
        <section class="blank wide-only">
            <span class="blank-icon"><Icon drawing=Drawing::Mail/></span>
            <h2>{words.get("nothing_open")}</h2>
            <p class="muted">{words.get("mail_why")}</p>
        </section>
    })
}
