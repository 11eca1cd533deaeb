//! The question whether chats may ring on the desktop, once the agent is there for them: with a reason and a button of
//! our own, because a browser's bare question is answered with no, for ever.

use crate::{
    browser::{keys, notice, storage},
    ui::{
        erase::erase,
        icon::{Drawing, Icon},
    },
    words::use_words,
};
use leptos::prelude::*;
use protocol::agent::{AgentState, Me};

/// The question; asked while the agent is *Disponible*, until it is answered.
#[component]
pub fn AskNotices(profile: RwSignal<Me>) -> impl IntoView {
    let words = use_words();
    let can_ask = RwSignal::new(false);
    Effect::new(move |_| {
        can_ask.set(notice::can_ask() && storage::get(keys::NOTICES_DECLINED).is_none());
    });
    let is_available = Memo::new(move |_| profile.with(|me| me.state == AgentState::Available));
    let allow = move |_| {
        notice::ask();
        can_ask.set(false);
    };
    let not_now = move |_| {
        storage::set(keys::NOTICES_DECLINED, "1");
        can_ask.set(false);
    };
    erase(view! {
        <Show when=move || can_ask.get() && is_available.get()>
            <div class="ask" role="region" aria-label=words.get("ask_notices")>
                <Icon drawing=Drawing::Bell/>
                <span class="grow">{words.get("ask_notices_why")}</span>
                <button type="button" class="btn primary" on:click=allow>{words.get("ask_yes")}</button>
                <button type="button" class="btn quiet" on:click=not_now>{words.get("ask_no")}</button>
            </div>
        </Show>
    })
}
