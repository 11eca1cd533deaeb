//! A row of the list.

use super::place;
use crate::{
    state::{
        clock::use_clock,
        drafts::Drafts,
        list::{Differing, Row},
    },
    ui::{erase::erase, priority::priority_class},
    words::use_words,
};
use leptos::{either::EitherOf3, prelude::*};
use protocol::{
    TicketId,
    agent::{WorkItem, WorkKind, WorkView},
    entry::{Category, Priority},
};

/// What all rows of the list are drawn with.
#[derive(Clone, Copy)]
pub struct RowContext {
    /// The ticket on screen.
    pub open_ticket: RwSignal<Option<TicketId>>,
    /// What is typed and not sent.
    pub drafts: Drafts,
    /// The view that is shown beside what is open.
    pub view: Signal<WorkView>,
    /// What is not the same in all rows.
    pub differing: Memo<Differing>,
}

/// A link to the ticket: contact, what was said last or is typed and not sent, number, time, and how much is unread.
/// Site and queue only where they differ from row to row.
#[component]
pub fn RowLink(row: Row, context: RowContext) -> impl IntoView {
    let words = use_words();
    let clock = use_clock();
    let ticket = row.ticket;
    let item = row.item;
    // A clone of the signal for each part that reads it: each part is drawn by itself.
    let part = move || item.clone();
    let (name, at, text, place, tag, unread) = (part(), part(), part(), part(), part(), part());
    let urgency = part();
    let is_open = move || context.open_ticket.get() == Some(ticket);
    let href = move || place::ticket(ticket, context.view.get());
    let draft = context.drafts.of(ticket);
    // Nobody sees a draft beside the place where it is written.
    let draft =
        move || draft.with(|draft| (!draft.is_empty() && !is_open()).then(|| first_line(draft)));
    let tags = move || {
        tag.with(|item| match item.kind {
            WorkKind::MyChat => {
                ("tag live", words.fill("live_for", &[("time", &clock.elapsed(item.since))]))
            }
            WorkKind::WaitingChat => {
                ("tag away", words.fill("waits_for", &[("time", &clock.elapsed(item.since))]))
            }
            // The group says it: one of the owner's own states is all that is new.
            _ if is_usual(item) => ("tag", String::new()),
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
    let text = move || match draft() {
        Some(draft) => EitherOf3::A(view! {
            <b class="draft">{words.get("draft")}</b>" "<span dir="auto">{draft}</span>
        }),
        None => text.with(|item| {
            let own = item.preview_mine.then(|| format!("{}: ", words.get("you")));
            let preview = item.preview.clone();
            match item.subject.clone() {
                Some(subject) => EitherOf3::B(view! {
                    <b dir="auto">{subject}</b>" · "<span dir="auto">{own}{preview}</span>
                }),
                None => EitherOf3::C(view! { <span dir="auto">{own}{preview}</span> }),
            }
        }),
    };
    let place = move || {
        let differing = context.differing.get();
        place.with(|item| {
            let site = differing.sites.then(|| item.site.clone());
            let queue = differing.queues.then(|| item.queue.clone());
            let names: Vec<String> =
                site.into_iter().chain(queue).filter(|name| !name.is_empty()).collect();
            view! {
                <span class="num">{item.number.0.clone()}</span>
                {(!names.is_empty()).then(|| format!(" · {}", names.join(" · ")))}
            }
        })
    };
    erase(view! {
        <li>
            <a href=href class="item" aria-current=move || is_open().then_some("true")>
                <span class="item-line">
                    <b class="item-who" dir="auto">{move || name.with(|item| words.contact(&item.contact))}</b>
                    <span class=move || tags.with(|(class, _)| *class) hidden=move || tags.with(|(_, text)| text.is_empty())>
                        {move || tags.with(|(_, text)| text.clone())}
                    </span>
                    {move || urgency.with(|item| {
                        // What most tickets have says nothing.
                        let priority = item.priority.as_ref().filter(|its| its.level != Priority::Medium);
                        priority.map(|its| view! { <span class=priority_class(its.level)>{words.priority(&its.name)}</span> })
                    })}
                    <span class="item-at xs muted">{move || clock.short(at.with(|item| item.last_at))}</span>
                </span>
                <span class="item-line">
                    <span class="item-text">{text}</span>
                    <span class="item-where xs muted">{place}</span>
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
            </a>
        </li>
    })
}

/// Whether the ticket is in one of the states that every site begins with.
fn is_usual(item: &WorkItem) -> bool {
    matches!(item.state.name.as_str(), "pendiente" | "atendido" | "finalizado")
}

fn first_line(text: &str) -> String {
    text.trim().lines().next().unwrap_or_default().chars().take(140).collect()
}
