//! One entry of a ticket.

use super::bubble::{Author, Bubble};
use crate::{
    state::{clock::use_clock, log::DeliveryMarks},
    ui::files::FileLinks,
    words::use_words,
};
use leptos::{either::EitherOf4, prelude::*};
use protocol::{
    agent::Me,
    entry::{AgentBody, AgentEntry},
};

/// What all entries of a conversation are drawn with.
#[derive(Clone, Copy)]
pub struct EntryContext {
    /// The visitor's name.
    pub name: Memo<String>,
    /// The agent at this console.
    pub profile: RwSignal<Me>,
    /// Where the delivery marks stand.
    pub marks: Memo<DeliveryMarks>,
}

/// A message or a comment. `first`: the one before it was not of the same side.
#[component]
pub fn Entry(entry: AgentEntry, first: bool, context: EntryContext) -> impl IntoView {
    let words = use_words();
    let clock = use_clock();
    let (seq, at) = (entry.seq, entry.at);
    match entry.body {
        AgentBody::Visitor { text, files } => EitherOf4::A(
            view! { <Bubble author=Author::Visitor(context.name) text=text files=files at=at first=first/> },
        ),
        AgentBody::Agent { name, text, files, .. } => {
            let mark = move || {
                context.marks.with(|marks| {
                    if marks.read == Some(seq) {
                        Some(words.get("read"))
                    } else if marks.sent == Some(seq) {
                        Some(words.get("delivered"))
                    } else {
                        None
                    }
                })
            };
            let is_me = context.profile.with_untracked(|profile| profile.name == name);
            EitherOf4::B(view! {
                <Bubble author=Author::Agent { name, is_me } text=text files=files at=at first=first/>
                {move || mark().map(|mark| view! { <p class="mark xs muted">{mark}</p> })}
            })
        }
        AgentBody::Comment { name, text, files, .. } => EitherOf4::C(view! {
            <div class="internal">
                <b>{words.fill("comment_by", &[("who", &name)])}</b>
                <span class="sys-at xs">{move || clock.time(at)}</span>
                <p class="text" dir="auto">{text}</p>
                <FileLinks files=files/>
            </div>
        }),
        // What else happened stands together, see `events`.
        _ => EitherOf4::D(()),
    }
}
