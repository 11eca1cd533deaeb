//! A message: grey for the visitor, blue for the agents.

use super::message_text::MessageText;
use crate::{state::clock::use_clock, ui::files::FileLinks, words::use_words};
use leptos::{either::Either, prelude::*};
use protocol::{Timestamp, file::Attachment, names::initials};

/// Who wrote a message.
#[derive(Clone)]
pub enum Author {
    /// The visitor, by name.
    Visitor(Memo<String>),
    /// An agent; `is_me` for the one at this console.
    Agent { name: String, is_me: bool },
}

/// A message. `first`: the author did not write the entry before it.
#[component]
pub fn Bubble(
    author: Author,
    text: String,
    files: Vec<Attachment>,
    at: Timestamp,
    first: bool,
) -> impl IntoView {
    let words = use_words();
    let clock = use_clock();
    let time = view! { <span class="at xs muted">{move || clock.time(at)}</span> };
    match author {
        Author::Visitor(name) => Either::Left(view! {
            <div class="said" class:first=first>
                <span class="face" aria-hidden="true">{move || first.then(|| initials(&name.get()))}</span>
                <div class="bubble"><span class="quiet">{name}": "</span><MessageText text=text/><FileLinks files=files/></div>
                {time}
            </div>
        }),
        Author::Agent { name, is_me } => {
            let who = if is_me { words.get("you") } else { name.clone() };
            Either::Right(view! {
                {(first && !is_me).then(|| view! { <p class="by xs muted" dir="auto" aria-hidden="true">{name}</p> })}
                <div class="said me" class:first=first>
                    {time}
                    <div class="bubble"><span class="quiet">{who}": "</span><MessageText text=text/><FileLinks files=files/></div>
                </div>
            })
        }
    }
}
