//! A line about something that happened and is no message.

use super::time::time;
use crate::page::TicketPage;
use leptos::prelude::*;
use protocol::{
    entry::{EndedBy, VisitorBody, VisitorEntry},
    state_line::StateLine,
};

/// The line for what happened after `before`; none for what has no words.
pub fn event(page: &TicketPage, before: &[VisitorEntry], entry: &VisitorEntry) -> Option<AnyView> {
    let words = words(page, before, &entry.body)?;
    let time = time(page, entry.at);
    Some(
        view! { <li class="line" data-seq=entry.seq.0><span>{words} " · " {time}</span></li> }
            .into_any(),
    )
}

fn words(page: &TicketPage, before: &[VisitorEntry], body: &VisitorBody) -> Option<String> {
    match body {
        VisitorBody::ChatStarted => Some(page.t("chat_started")),
        VisitorBody::Joined { name } => Some(page.fill("joined", &[("name", name)])),
        VisitorBody::Left { name } => Some(page.fill("left", &[("name", name)])),
        VisitorBody::Requeued => Some(page.t("requeued")),
        VisitorBody::Transferred { name } => Some(page.fill("transferred", &[("name", name)])),
        VisitorBody::IdleWarning => Some(page.t("idle_warning")),
        VisitorBody::BecameRequest { why } => Some(page.strings.became_request(*why)),
        VisitorBody::SiteRemoved => Some(page.t("site_removed")),
        VisitorBody::QueueRemoved => Some(page.t("queue_removed")),
        VisitorBody::AgentRemoved => Some(page.t("agent_removed")),
        VisitorBody::ChatEnded { by } => Some(page.t(match by {
            EndedBy::Visitor => "ended_visitor",
            EndedBy::Agent => "ended_agent",
            EndedBy::Inactivity => "ended_inactivity",
            EndedBy::Desk => "ended_desk",
        })),
        VisitorBody::StateChanged { state } => {
            let before = before.iter().rev().map(|entry| &entry.body);
            Some(match StateLine::find(before, state, &page.strings)? {
                StateLine::Closed => page.t("closed"),
                StateLine::Reopened => page.t("reopened"),
                StateLine::Named => {
                    page.fill("state", &[("state", &page.strings.state(&state.name))])
                }
            })
        }
        VisitorBody::Rated { score } => Some(page.fill("rated", &[("n", &score.to_string())])),
        VisitorBody::TranscriptSent => Some(page.t("transcript_line")),
        VisitorBody::Visitor { .. } | VisitorBody::Agent { .. } | VisitorBody::Hidden => None,
    }
}
