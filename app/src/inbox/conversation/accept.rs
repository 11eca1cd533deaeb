//! A waiting chat that was opened from the list: any agent of its queue may take it.

use crate::{
    ui::{
        erase::erase,
        icon::{Drawing, Icon},
    },
    words::use_words,
};
use leptos::prelude::*;

/// The button that takes the chat.
#[component]
pub fn Accept(busy: RwSignal<bool>, on_accept: impl Fn() + 'static) -> impl IntoView {
    let words = use_words();
    erase(view! {
        <span class="grow"><Icon drawing=Drawing::Chat/>{words.get("waiting_note")}</span>
        <button type="button" class="btn primary" aria-disabled=move || busy.get().then_some("true") on:click=move |_| on_accept()>{words.get("accept_chat")}</button>
    })
}
