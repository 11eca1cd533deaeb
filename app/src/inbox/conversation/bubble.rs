//! What somebody said: grey for the visitor, blue for the agents.

use crate::{
    state::console::use_console,
    ui::{
        erase::erase,
        files::FileLinks,
        icon::{Drawing, Icon},
    },
    words::use_words,
};
use leptos::{either::Either, prelude::*};
use protocol::{
    TicketId, Timestamp,
    delivery::{Delivery, Unsent},
    file::Attachment,
    links::{Piece, pieces},
    names::initials,
};

/// Who said it.
#[derive(Clone)]
pub enum Side {
    /// The visitor, by name.
    Visitor(Memo<String>),
    /// An agent; `mine` when it is this one.
    Agent { name: String, mine: bool },
}

/// A message.
#[component]
pub fn Bubble(
    side: Side,
    text: String,
    files: Vec<Attachment>,
    at: Timestamp,
    first: bool,
) -> impl IntoView {
    let words = use_words();
    let console = use_console();
    let time = view! { <span class="at xs muted">{move || console.clock.time(at)}</span> };
    match side {
        Side::Visitor(name) => Either::Left(view! {
            <div class="said" class:first=first>
                <span class="face" aria-hidden="true">{move || first.then(|| initials(&name.get()))}</span>
                <div class="bubble"><span class="quiet">{name}": "</span><Said text=text/><FileLinks files=files/></div>
                {time}
            </div>
        }),
        Side::Agent { name, mine } => {
            let who = if mine { words.get("you") } else { name.clone() };
            Either::Right(view! {
                {(first && !mine).then(|| view! { <p class="by xs muted" aria-hidden="true">{name}</p> })}
                <div class="said me" class:first=first>
                    {time}
                    <div class="bubble"><span class="quiet">{who}": "</span><Said text=text/><FileLinks files=files/></div>
                </div>
            })
        }
    }
}

/// Text with its links; nothing in it is ever read as HTML.
#[component]
fn Said(text: String) -> impl IntoView {
    (!text.is_empty()).then(|| {
        let all: Vec<_> = pieces(&text)
            .into_iter()
            .map(|piece| match piece {
                Piece::Text(text) => Either::Left(text),
                Piece::Link { href, text } => Either::Right(
                    view! { <a href=href target="_blank" rel="noopener noreferrer">{text}</a> },
                ),
            })
            .collect();
        view! { <p class="text">{all}</p> }
    })
}

/// A message of mine that is not in the conversation yet.
#[component]
pub fn Sending(ticket: TicketId, unsent: Unsent, delivery: Delivery) -> impl IntoView {
    let words = use_words();
    let console = use_console();
    let id = unsent.id;
    let is_stuck = matches!(delivery, Delivery::Failed | Delivery::Refused(_));
    let mark = match delivery {
        Delivery::Sending => words.get("sending"),
        Delivery::Sent { .. } => words.get("delivered"),
        Delivery::Failed => words.get("unsent"),
        Delivery::Refused(refusal) => {
            format!("{} · {}", words.get("unsent"), words.refusal(&refusal))
        }
    };
    let take_back = move |_| {
        if let Some(unsent) = console.take_back(ticket, id) {
            super::composer::give_back(&unsent.text);
        }
    };
    erase(view! {
        <div class="said me" class:pending=!matches!(delivery, Delivery::Sent { .. }) class:stuck=is_stuck>
            <div class="bubble"><span class="quiet">{words.get("you")}": "</span><Said text=unsent.text/><FileLinks files=unsent.files/></div>
        </div>
        <p class="mark xs" class:muted=!is_stuck class:alert=is_stuck>
            {mark}
            {is_stuck.then(|| view! {
                " · "
                <button type="button" class="link" on:click=move |_| console.retry(ticket, id)>
                    <Icon drawing=Drawing::Retry/>{words.get("retry")}
                </button>
                " · "
                <button type="button" class="link" on:click=take_back>{words.get("take_back")}</button>
            })}
        </p>
    })
}
