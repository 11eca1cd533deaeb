//! How far the ticket is: received, in hand or answered, done; and what its owner calls the state that it is in.

use super::time::time;
use crate::page::TicketPage;
use leptos::prelude::*;
use protocol::{
    entry::{Category, VisitorBody},
    visitor::VisitorChat,
};

/// The three steps, with the one that the ticket is at.
pub fn steps(page: &TicketPage) -> impl IntoView + use<> {
    let category = page.ticket.state.category;
    let is_answered = page.known().any(|entry| matches!(entry.body, VisitorBody::Agent { .. }));
    let is_active = matches!(page.ticket.chat, VisitorChat::Active { .. });
    let current = match category {
        Category::Closed => 3,
        Category::Waiting => 1,
        Category::Open if is_answered || is_active => 1,
        Category::Open => 0,
    };
    let second = if category == Category::Waiting { page.t("answered") } else { page.t("in_hand") };
    let since = page.since();
    let state = page.strings.state(&page.ticket.state.name);
    let items: Vec<_> = [page.t("received"), second, page.t("done")]
        .into_iter()
        .enumerate()
        .map(|(at, name)| {
            let class = match at {
                at if at < current => "done",
                at if at == current => "now",
                _ => "",
            };
            let time = since.filter(|_| at == 0).map(|at| time(page, at));
            // The heading says the name of the state too, but not where it stands.
            let state = Some(state.clone()).filter(|state| at == current && !state.is_empty());
            let state = state.map(|state| view! { <span class="state" dir="auto">{state}</span> });
            view! {
                <li class=class aria-current=(at == current).then_some("step")>{name} " " {time} {state}</li>
            }
        })
        .collect();
    view! { <ol class="steps" data-live="steps" aria-label=page.t("steps")>{items}</ol> }
}
