//! *Nueva solicitud de chat*: a chat that rings here.

use crate::{
    browser::{self, focus},
    state::clock::use_clock,
    ui::{
        erase::erase,
        icon::{Drawing, Icon},
    },
    words::use_words,
};
use leptos::{ev, prelude::*};
use protocol::{
    Timestamp,
    agent::{Offer, OfferKind},
};
use std::ops::Range;
use web_sys::MouseEvent;

/// What accepts and what declines it from anywhere on the page. Keys that type nothing and that browsers leave free.
const ACCEPT: &str = "F2";
const DECLINE: &str = "F8";
/// The next card comes where the one before was: within so many milliseconds a second press was meant for that one.
const SAME_PRESS: Range<i64> = 0..500;

/// An offer to take or to decline. `busy`: it is being taken or declined; `taken_at`: when the one before was
/// taken.
#[component]
pub fn OfferCard(
    offer: Offer,
    busy: RwSignal<bool>,
    taken_at: StoredValue<Timestamp>,
    on_accept: Callback<()>,
    on_decline: Callback<()>,
) -> impl IntoView {
    let words = use_words();
    let clock = use_clock();
    let since = offer.since;
    let from = offer.from.clone().unwrap_or_default();
    let asks = match offer.kind {
        OfferKind::Chat => None,
        OfferKind::Transfer => Some(words.fill("offer_transfer", &[("who", &from)])),
        OfferKind::Conference => Some(words.fill("offer_conference", &[("who", &from)])),
    };
    let (from, until) = (offer.rings_from, offer.rings_until);
    let length = until.0 - from.0;
    let left = move || (until.0 - clock.now().0).clamp(0, length.max(0));
    // Not disabled meanwhile: that would take the keyboard away.
    let decide = move |decision: Callback<()>| {
        if !busy.get_untracked() {
            decision.run(());
        }
    };
    // The second click of two is part of the first.
    let on_press = move |event: MouseEvent, decision| {
        if event.detail() < 2 {
            decide(decision);
        }
    };
    let is_busy = move || busy.get().then_some("true");

    Effect::new(move |_| {
        let listener = window_event_listener(ev::keydown, move |event| {
            let decision = match event.key().as_str() {
                ACCEPT => on_accept,
                DECLINE => on_decline,
                _ => return,
            };
            let has_modifier =
                event.ctrl_key() || event.meta_key() || event.alt_key() || event.shift_key();
            let is_again = SAME_PRESS.contains(&(browser::now().0 - taken_at.get_value().0));
            // What a modal dialog asks is answered first.
            if !has_modifier && !event.repeat() && !focus::is_inside("dialog:modal") {
                event.prevent_default();
                if !(is_again && event.key() == ACCEPT) {
                    decide(decision);
                }
            }
        });
        on_cleanup(move || listener.remove());
    });
    // The card is still there when this runs, and in a browser alone.
    Effect::new(move |_| {
        on_cleanup(|| {
            if focus::is_inside(".offer") {
                focus::go_to(focus::OFFER_OR_OPEN);
            }
        });
    });

    erase(view! {
        <section class="offer" role="dialog" aria-labelledby="offer-title" data-ticket=offer.ticket.to_string()>
            {(length > 0).then(|| view! {
                <progress class="ring" aria-hidden="true" max=length value=left></progress>
            })}
            <div class="offer-in">
                <div class="offer-top">
                    <h2 id="offer-title">{words.get("offer_title")}</h2>
                    <span class="grow"></span>
                    <span class="num" aria-hidden="true">{move || clock.elapsed(since)}</span>
                </div>
                {asks.map(|asks| view! { <p class="offer-asks s"><Icon drawing=Drawing::Handover/>{asks}</p> })}
                <dl>
                    <dt>{words.get("contact")}</dt>
                    <dd><b>{words.contact(&offer.contact)}</b></dd>
                    <dt>{words.get("queue")}</dt>
                    <dd>{offer.queue}" · "{offer.site}</dd>
                    {offer.page.map(|page| view! {
                        <dt>{words.get("page")}</dt>
                        <dd class="cut" title=page.to_string()>{page.path().to_owned()}</dd>
                    })}
                    <dt class="offer-number">{words.get("ticket")}</dt>
                    <dd class="offer-number num">{offer.number.0}</dd>
                    {offer.subject.map(|subject| view! {
                        <dt>{words.get("subject")}</dt>
                        <dd class="offer-text" dir="auto"><b>{subject}</b></dd>
                    })}
                    <dt>{words.get("message")}</dt>
                    <dd class="offer-text" dir="auto">{offer.message}</dd>
                    {offer.note.map(|note| view! {
                        <dt>{words.get("offer_note")}</dt>
                        <dd class="offer-text offer-note" dir="auto">{note}</dd>
                    })}
                </dl>
                <div class="pair">
                    <button type="button" class="btn" aria-disabled=is_busy aria-keyshortcuts=DECLINE on:click=move |event| on_press(event, on_decline)>
                        {words.get("decline")}<kbd aria-hidden="true">{DECLINE}</kbd>
                    </button>
                    <button type="button" class="btn primary" aria-disabled=is_busy aria-keyshortcuts=ACCEPT on:click=move |event| on_press(event, on_accept)>
                        {words.get("accept")}<kbd aria-hidden="true">{ACCEPT}</kbd>
                    </button>
                </div>
            </div>
        </section>
    })
}
