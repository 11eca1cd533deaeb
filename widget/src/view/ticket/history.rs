//! Everything that happened on the ticket, in order.

use super::{
    event::event,
    message::{Message, message},
};
use crate::page::TicketPage;
use leptos::prelude::*;
use protocol::{Seq, entry::VisitorBody, visitor::VisitorChat};

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
        // Where scripts run, what is new comes by itself.
        let refresh = page.link.is_none();
        let refresh = refresh.then(|| {
            view! { <noscript><a href=page.address("")>{page.t("refresh")}</a></noscript> }
        });
        view! { <p class="card">{words} " " {refresh}</p> }
    });
    let earlier = page.earlier().map(|before| part(page, "earlier", Some(before)));
    let latest = page.is_earlier.then(|| part(page, "latest", None));
    let times = page.fill("times", &[("place", &page.place)]);
    let empty = items.is_empty().then(|| view! { <p class="sub">{page.t("empty")}</p> });
    view! {
        <section aria-label=page.t("history")>
            <div data-live="empty">{empty}</div>
            {earlier}
            <ol class="history">{items}</ol>
            {latest}
            <div data-live="chat">{chat}</div>
            <noscript><p class="sub">{times}</p></noscript>
        </section>
    }
}

/// The way to other entries of a long ticket: those before this one, or the last. No address holds the link of a
/// browser that keeps no cookie.
fn part(page: &TicketPage, words: &str, before: Option<Seq>) -> AnyView {
    let words = page.t(words);
    let before = before.map(|before| before.0.to_string());
    let Some(link) = page.link.clone() else {
        let query = before.map(|before| ["?before=", &before].concat()).unwrap_or_default();
        return view! { <p class="sub"><a href=page.address(&query)>{words}</a></p> }.into_any();
    };
    view! {
        <form class="sub" method="post" action=page.address("/open")>
            <input type="hidden" name="link" value=link/>
            {before.map(|before| view! { <input type="hidden" name="before" value=before/> })}
            <button class="link">{words}</button>
        </form>
    }
    .into_any()
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
        let shown = Message { agent, text, files, seq: entry.seq, at: entry.at, is_first, is_read };
        items.push(message(page, &shown).into_any());
    }
    items
}
