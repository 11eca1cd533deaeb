//! The chats that ring here, one card at a time. A card takes no focus from whoever is writing; it is announced
//! instead.

use super::{behind::Behind, offer_card::OfferCard};
use crate::{
    api::{self, ApiError},
    browser::{self, focus},
    inbox::place,
    navigator::use_navigator,
    state::{console::use_console, offers, toasts::Toasts},
    ui::erase::erase,
    words::{Words, use_words},
};
use leptos::{prelude::*, task::spawn_local};
use protocol::{ChatId, Code, Timestamp, agent::Offer};

/// The offer in front, and those behind it.
#[component]
pub fn Offers() -> impl IntoView {
    let words = use_words();
    let console = use_console();
    let navigator = use_navigator();
    // The one that the agent wants to see in front, else the one that rings longest.
    let front = RwSignal::new(None::<ChatId>);
    let first = Memo::new(move |_| {
        let front = front.get();
        console.offers.with(|offers| {
            let chosen = offers.iter().find(|offer| Some(offer.chat) == front);
            chosen.or(offers.first()).cloned()
        })
    });
    let behind = Memo::new(move |_| {
        let first = first.with(|first| first.as_ref().map(|offer| offer.chat));
        console.offers.with(|offers| {
            offers.iter().filter(|offer| Some(offer.chat) != first).cloned().collect::<Vec<_>>()
        })
    });
    let announcement = move || {
        let more = behind.with(Vec::len);
        first.with(|offer| {
            offer.as_ref().map(|offer| {
                let who = words.contact(&offer.contact);
                let heard = words.fill("offer_heard", &[("who", &who), ("queue", &offer.queue)]);
                match more {
                    0 => heard,
                    more => format!("{heard}. {}", words.count("offers_more", more)),
                }
            })
        })
    };
    let taken_at = StoredValue::new(Timestamp(0));
    let taken = move || taken_at.set_value(browser::now());
    let card = move || {
        first.get().map(|offer| {
            let (chat, id) = (offer.chat, offer.offer);
            let busy = RwSignal::new(false);
            let accept = move |()| {
                busy.set(true);
                spawn_local(async move {
                    match api::chats::accept(chat, id).await {
                        Ok(ticket) => {
                            taken();
                            remove(console.offers, chat);
                            // The composer takes the keyboard, where it is drawn later than this.
                            console.accepted.set_value(Some(ticket));
                            let view = untrack(|| console.list.view());
                            navigator.go(place::ticket(ticket, view));
                            focus::go_to(if browser::has_keyboard() {
                                focus::WRITING
                            } else {
                                focus::OPEN
                            });
                        }
                        Err(error) if is_gone(error) => {
                            taken();
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
            view! {
                <div class="offer-stack">
                    <OfferCard offer=offer busy=busy taken_at=taken_at on_accept=Callback::new(accept) on_decline=Callback::new(decline)/>
                    <Behind offers=behind on_choose=Callback::new(move |chat| front.set(Some(chat)))/>
                </div>
            }
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
