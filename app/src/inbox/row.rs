//! A row of the list.

use super::place::TICKET;
use crate::{
    state::{clock::use_clock, list::Row},
    ui::erase::erase,
    words::use_words,
};
use leptos::prelude::*;
use protocol::{TicketId, agent::WorkKind, entry::Category};

/// A link to the ticket: contact, subject, preview, number, queue, time, and how much is unread.
#[component]
pub fn RowLink(row: Row, open_ticket: RwSignal<Option<TicketId>>) -> impl IntoView {
    let words = use_words();
    let clock = use_clock();
    let ticket = row.ticket;
    let item = row.item;
    // A clone of the signal for each part that reads it: each part is drawn by itself.
    let part = move || item.clone();
    let (name, at, subject, preview, place, tag, unread) =
        (part(), part(), part(), part(), part(), part(), part());
    let is_open = move || open_ticket.get() == Some(ticket);
    let tags = move || {
        tag.with(|item| match item.kind {
            WorkKind::MyChat => {
                ("tag live", words.fill("live_for", &[("time", &clock.elapsed(item.since))]))
            }
            WorkKind::WaitingChat => {
                ("tag away", words.fill("waits_for", &[("time", &clock.elapsed(item.since))]))
            }
            WorkKind::Request | WorkKind::Answered | WorkKind::Closed => (
                match item.state.category {
                    Category::Open => "tag away name",
                    Category::Waiting | Category::Closed => "tag name",
                },
                words.state(&item.state.name),
            ),
        })
    };
    let tags = Memo::new(move |_| tags());
    // Nobody has read a waiting chat: a number would say nothing new.
    let unread = move || {
        unread.with(|item| if item.kind == WorkKind::WaitingChat { 0 } else { item.unread })
    };
    erase(view! {
        <li>
            <a href=TICKET.path(ticket) class="item" aria-current=move || is_open().then_some("true")>
                <span class="item-line">
                    <b class="item-who" dir="auto">{move || name.with(|item| words.contact(&item.contact))}</b>
                    <span class="item-at xs muted">{move || clock.short(at.with(|item| item.last_at))}</span>
                </span>
                <span class="item-line">
                    <span class="item-text">
                        {move || subject.with(|item| item.subject.clone()).map(|subject| view! { <b dir="auto">{subject}</b>" · " })}
                        <span dir="auto">{move || preview.with(|item| item.preview.clone())}</span>
                    </span>
                    {move || match unread() {
                        0 => None,
                        n => Some(view! {
                            <span class="unread">
                                <span aria-hidden="true">{n}</span>
                                <span class="quiet">{words.count("unread", n as usize)}</span>
                            </span>
                        }),
                    }}
                </span>
                <span class="item-line">
                    <span class="item-where xs muted">
                        {move || place.with(|item| view! { <span class="num">{item.number.0.clone()}</span>" · "{item.queue.clone()} })}
                    </span>
                    <span class=move || tags.with(|(class, _)| *class)>{move || tags.with(|(_, text)| text.clone())}</span>
                </span>
            </a>
        </li>
    })
}
