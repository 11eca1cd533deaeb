//! A row of the list of mails.

use super::{
    place::{MAIL, Place},
    state::{state_class, state_key},
};
use crate::{state::clock::use_clock, ui::erase::erase, words::use_words};
use leptos::prelude::*;
use protocol::mail::MailRow;

/// A link to the mail: recipient, subject, time, state.
#[component]
pub fn MailLink(mail: MailRow, place: Memo<Place>) -> impl IntoView {
    let words = use_words();
    let clock = use_clock();
    let (id, at) = (mail.id, mail.at);
    let is_open = move || place.get() == Place::Open(id);
    erase(view! {
        <li>
            <a href=MAIL.path(id) class="item" aria-current=move || is_open().then_some("true")>
                <span class="item-line">
                    <b class="item-who">{mail.to}</b>
                    <span class="item-at xs muted">{move || clock.short(at)}</span>
                </span>
                <span class="item-line">
                    <span class="item-text" dir="auto">{mail.subject}</span>
                    <span class=state_class(mail.state)>{words.get(state_key(mail.state))}</span>
                </span>
            </a>
        </li>
    })
}
