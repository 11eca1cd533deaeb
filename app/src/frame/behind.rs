//! The chats that ring behind the one in front.

use crate::{state::clock::use_clock, ui::erase::erase, words::use_words};
use leptos::prelude::*;
use protocol::{ChatId, agent::Offer};

/// A line each, which brings it to the front.
#[component]
pub fn Behind(offers: Memo<Vec<Offer>>, on_choose: Callback<ChatId>) -> impl IntoView {
    let words = use_words();
    let clock = use_clock();
    let line = move |offer: Offer| {
        let (chat, until) = (offer.chat, offer.rings_until.0);
        let left = move || format!("{} s", ((until - clock.now().0).max(0) + 999) / 1000);
        view! {
            <li>
                <button type="button" class="behind" on:click=move |_| on_choose.run(chat)>
                    <b class="cut">{words.contact(&offer.contact)}</b>
                    <span class="cut muted grow">{offer.queue}</span>
                    <span class="num" aria-hidden="true">{left}</span>
                </button>
            </li>
        }
    };
    erase(view! {
        <ul role="list" class="offers-behind" aria-label=words.get("also_ring") hidden=move || offers.with(Vec::is_empty)>
            <For each=move || offers.get() key=|offer| offer.chat children=line/>
        </ul>
    })
}
