//! The chats that ring here, one card at a time. A card takes no focus from whoever is writing; it is announced
//! instead.

use super::offer_card::OfferCard;
use crate::{
    api::{self, ApiError},
    browser::{self, focus},
    inbox::place::TICKET,
    navigator::use_navigator,
    state::{console::use_console, offers, toasts::Toasts},
    ui::erase::erase,
    words::{Words, use_words},
};
use leptos::{prelude::*, task::spawn_local};
use protocol::{ChatId, Code, agent::Offer};

/// The offer that rings longest, and how many ring behind it.
#[component]
pub fn Offers() -> impl IntoView {
    let words = use_words();
    let console = use_console();
    let navigator = use_navigator();
    let first = Memo::new(move |_| console.offers.with(|offers| offers.first().cloned()));
    let more = Memo::new(move |_| console.offers.with(|offers| offers.len().saturating_sub(1)));
    let announcement = move || {
        first.with(|offer| {
            offer.as_ref().map(|offer| {
                let who = words.contact(&offer.contact);
                words.fill("offer_heard", &[("who", &who), ("queue", &offer.queue)])
            })
        })
    };
    let card = move || {
        first.get().map(|offer| {
            let (chat, id) = (offer.chat, offer.offer);
            let busy = RwSignal::new(false);
            let accept = move |()| {
                busy.set(true);
                spawn_local(async move {
                    match api::chats::accept(chat, id).await {
                        Ok(ticket) => {
                            remove(console.offers, chat);
                            // The composer takes the keyboard, where it is drawn later than this.
                            console.accepted.set_value(Some(ticket));
                            navigator.go(TICKET.path(ticket));
                            focus::go_to(if browser::has_keyboard() {
                                focus::WRITING
                            } else {
                                focus::OPEN
                            });
                        }
                        Err(error) if is_gone(error) => {
                            remove(console.offers, chat);
                            console.toasts.note(match error.0.who {
                                Some(_) => words.refusal(&error.0),
                                None => words.get("offer_taken"),
                            });
                        }
                        Err(error) => failed(console.toasts, words, busy, error),
                    }
                });
            };
            let decline = move |()| {
                busy.set(true);
                spawn_local(async move {
                    match api::chats::decline(chat, id).await {
                        Err(error) if !is_gone(error) => failed(console.toasts, words, busy, error),
                        _ => remove(console.offers, chat),
                    }
                });
            };
            view! { <OfferCard offer=offer more=more busy=busy on_accept=Callback::new(accept) on_decline=Callback::new(decline)/> }
        })
    };
    erase(view! {
        <p class="quiet" role="alert">{announcement}</p>
        {card}
    })
}

/// Whether the chat cannot ring here any more.
fn is_gone(error: ApiError) -> bool {
    matches!(
        error.0.code,
        Code::AlreadyTaken | Code::ChatEnded | Code::HandoverOver | Code::NotFound
    )
}

fn remove(offers: RwSignal<Vec<Offer>>, chat: ChatId) {
    offers.update(|offers| {
        offers::remove(offers, chat);
    });
}

fn failed(toasts: Toasts, words: Words, busy: RwSignal<bool>, error: ApiError) {
    busy.try_set(false);
    toasts.alert(words.refusal(&error.0));
}
