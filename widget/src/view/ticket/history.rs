//! Everything that happened on the ticket, in order.

use super::{
    event::event,
    message::{Message, message},
};
use crate::page::TicketPage;
use leptos::prelude::*;
use protocol::{entry::VisitorBody, visitor::VisitorChat};

/// The list, and under it that a chat is still going on.
pub fn history(page: &TicketPage) -> impl IntoView + use<> {
    let items = items(page);
    let chat = match &page.ticket.chat {
        VisitorChat::Waiting { .. } => Some(page.t("waiting_chat")),
        VisitorChat::Active { agent, guest: None } => {
            Some(page.fill("active_chat", &[("agent", agent)]))
        }
        VisitorChat::Active { agent, guest: Some(guest) } => {
            Some(page.fill("active_chat_two", &[("agent", agent), ("guest", guest)]))
        }
        _ => None,
    };
    let chat = chat.map(|words| {
        let refresh = page.link.is_none();
        let refresh = refresh.then(|| view! { <a href=page.address("")>{page.t("refresh")}</a> });
        view! { <p class="card">{words} " " {refresh}</p> }
    });
    let earlier = page.earlier().filter(|_| page.link.is_none()).map(|address| {
        view! { <p class="sub"><a href=address>{page.t("earlier")}</a></p> }
    });
    let latest = page.is_earlier.then(|| {
        view! { <p class="sub"><a href=page.address("")>{page.t("latest")}</a></p> }
    });
    let times = page.fill("times", &[("place", &page.place)]);
    let empty = items.is_empty().then(|| view! { <p class="sub">{page.t("empty")}</p> });
    view! {
        <section aria-label=page.t("history")>
            {empty} {earlier} <ol class="history">{items}</ol> {latest} {chat}
            <noscript><p class="sub">{times}</p></noscript>
        </section>
    }
}

fn items(page: &TicketPage) -> Vec<AnyView> {
    let last_own = page
        .entries
        .iter()
        .rev()
        .find(|entry| matches!(entry.body, VisitorBody::Visitor { .. }))
        .map(|entry| entry.seq);
    // Whose message came before: none after an event, no name for the visitor's own.
    let mut author: Option<Option<&str>> = None;
    let mut items = Vec::new();
    for (at, entry) in page.entries.iter().enumerate() {
        let (agent, text, files) = match &entry.body {
            VisitorBody::Visitor { text, files } => (None, text, files),
            VisitorBody::Agent { name, text, files } => (Some(name.as_str()), text, files),
            _ => {
                if let Some(item) = event(page, &page.entries[..at], entry) {
                    author = None;
                    items.push(item);
                }
                continue;
            }
        };
        let is_first = author != Some(agent);
        author = Some(agent);
        let is_read = last_own == Some(entry.seq) && page.ticket.seen_upto >= entry.seq;
        let shown = Message { agent, text, files, at: entry.at, is_first, is_read };
        items.push(message(page, &shown).into_any());
    }
    items
}
