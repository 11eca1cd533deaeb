//! A line about something that happened and is no message.

use super::time::time;
use crate::{became::became, page::TicketPage};
use leptos::prelude::*;
use protocol::{
    Timestamp,
    entry::{EndedBy, VisitorBody},
};

/// The line; none for what has no words.
pub fn event(page: &TicketPage, at: Timestamp, body: &VisitorBody) -> Option<AnyView> {
    let words = words(page, body)?;
    Some(view! { <li class="line"><span>{words} " · " {time(at)}</span></li> }.into_any())
}

fn words(page: &TicketPage, body: &VisitorBody) -> Option<String> {
    match body {
        VisitorBody::ChatStarted => Some(page.t("chat_started")),
        VisitorBody::Joined { name } => Some(page.fill("joined", &[("name", name)])),
        VisitorBody::Left { name } => Some(page.fill("left", &[("name", name)])),
        VisitorBody::Requeued => Some(page.t("requeued")),
        VisitorBody::BecameRequest { why } => Some(page.t(became(*why))),
        VisitorBody::SiteRemoved => Some(page.t("site_removed")),
        VisitorBody::ChatEnded { by } => Some(page.t(match by {
            EndedBy::Visitor => "ended_visitor",
            EndedBy::Agent => "ended_agent",
            EndedBy::Inactivity => "ended_inactivity",
            EndedBy::Desk => "ended_desk",
        })),
        VisitorBody::StateChanged { state } => {
            Some(page.fill("state", &[("state", &page.strings.state(&state.name))]))
        }
        VisitorBody::Rated { score } => Some(page.fill("rated", &[("n", &score.to_string())])),
        VisitorBody::TranscriptSent => Some(page.t("transcript_line")),
        VisitorBody::Visitor { .. } | VisitorBody::Agent { .. } | VisitorBody::Hidden => None,
    }
}
