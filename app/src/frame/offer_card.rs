//! *Nueva solicitud de chat*: a chat that rings here.

use crate::{state::clock::use_clock, ui::erase::erase, words::use_words};
use leptos::prelude::*;
use protocol::agent::Offer;

/// An offer to take or to decline; `more` ring behind it.
#[component]
pub fn OfferCard(
    offer: Offer,
    more: Memo<usize>,
    busy: RwSignal<bool>,
    on_accept: Callback<()>,
    on_decline: Callback<()>,
) -> impl IntoView {
    let words = use_words();
    let clock = use_clock();
    let since = offer.since;
    erase(view! {
        <section class="offer" role="dialog" aria-labelledby="offer-title" data-ticket=offer.ticket.to_string()>
            <div class="ring" aria-hidden="true"></div>
            <div class="offer-in">
                <div class="offer-top">
                    <h2 id="offer-title">{words.get("offer_title")}</h2>
                    <span class="tag" hidden=move || more.get() == 0>{move || format!("+{}", more.get())}</span>
                    <span class="grow"></span>
                    <span class="num" aria-hidden="true">{move || clock.elapsed(since)}</span>
                </div>
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
                    <dt>{words.get("message")}</dt>
                    <dd class="offer-text" dir="auto">{offer.message}</dd>
                </dl>
                <div class="pair">
                    <button type="button" class="btn" disabled=busy on:click=move |_| on_decline.run(())>{words.get("decline")}</button>
                    <button type="button" class="btn primary" disabled=busy on:click=move |_| on_accept.run(())>{words.get("accept")}</button>
                </div>
            </div>
        </section>
    })
}
