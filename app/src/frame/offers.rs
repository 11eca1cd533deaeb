//! *Nueva solicitud de chat*: a chat rings here. Takes no focus from whoever is writing; it is announced instead.

use crate::{
    api,
    navigator::{Place, use_way},
    state::{console::use_console, offers},
    ui::erase::erase,
    words::use_words,
};
use leptos::{prelude::*, task::spawn_local};
use protocol::{Code, agent::Offer};

/// The offer that rings longest, and how many ring behind it.
#[component]
pub fn Offers() -> impl IntoView {
    let words = use_words();
    let console = use_console();
    let first = Memo::new(move |_| console.offers.with(|offers| offers.first().cloned()));
    let more = Memo::new(move |_| console.offers.with(|offers| offers.len().saturating_sub(1)));
    let announced = move || {
        first.with(|offer| {
            offer.as_ref().map(|offer| {
                let who = words.contact(&offer.contact);
                words.fill("offer_heard", &[("who", &who), ("queue", &offer.queue)])
            })
        })
    };
    erase(view! {
        <p class="quiet" role="alert">{announced}</p>
        {move || first.get().map(|offer| view! { <OfferCard offer=offer more=more/> })}
    })
}

#[component]
fn OfferCard(offer: Offer, more: Memo<usize>) -> impl IntoView {
    let words = use_words();
    let console = use_console();
    let way = use_way();
    let busy = RwSignal::new(false);
    let (chat, ticket, since) = (offer.chat, offer.ticket, offer.since);
    let gone = move || {
        console.offers.update(|ringing| {
            offers::silence(ringing, chat);
        });
    };
    let accept = move |_| {
        busy.set(true);
        spawn_local(async move {
            match api::chats::accept(chat).await {
                Ok(ticket) => {
                    gone();
                    way.go(Place::Ticket(ticket));
                }
                Err(error)
                    if matches!(
                        error.0.code,
                        Code::AlreadyTaken | Code::ChatEnded | Code::NotFound
                    ) =>
                {
                    gone();
                    console.toasts.say(words.get("offer_taken"));
                }
                Err(error) => {
                    busy.try_set(false);
                    console.toasts.alert(words.refusal(&error.0));
                }
            }
        });
    };
    let decline = move |_| {
        busy.set(true);
        spawn_local(async move {
            match api::chats::decline(chat).await {
                Ok(()) => gone(),
                Err(error)
                    if matches!(
                        error.0.code,
                        Code::AlreadyTaken | Code::ChatEnded | Code::NotFound
                    ) =>
                {
                    gone();
                }
                Err(error) => {
                    busy.try_set(false);
                    console.toasts.alert(words.refusal(&error.0));
                }
            }
        });
    };
    erase(view! {
        <section class="offer" role="dialog" aria-labelledby="offer-title" data-ticket=ticket.to_string()>
            <div class="ring" aria-hidden="true"></div>
            <div class="offer-in">
                <div class="offer-top">
                    <h2 id="offer-title">{words.get("offer_title")}</h2>
                    <span class="tag" hidden=move || more.get() == 0>{move || format!("+{}", more.get())}</span>
                    <span class="grow"></span>
                    <span class="num" aria-hidden="true">{move || console.clock.elapsed(since)}</span>
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
                    <dd class="offer-text">{offer.message}</dd>
                </dl>
                <div class="pair">
                    <button type="button" class="btn" disabled=busy on:click=decline>{words.get("decline")}</button>
                    <button type="button" class="btn primary" disabled=busy on:click=accept>{words.get("accept")}</button>
                </div>
            </div>
        </section>
    })
}
