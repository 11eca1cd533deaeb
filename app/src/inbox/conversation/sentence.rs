//! What happened on a ticket, in words.

use crate::words::Words;
use protocol::{
    agent::HandoverOutcome,
    entry::{AgentBody, BecameRequest, EndedBy},
    properties::{Change, Property},
};

/// The sentence for an entry that is no message.
pub fn sentence(body: AgentBody, words: Words) -> String {
    let with_name = |key: &str, name: &str| words.fill(key, &[("who", name)]);
    match body {
        AgentBody::ChatStarted { page: Some(page) } => {
            words.fill("chat_started_on", &[("page", page.path())])
        }
        AgentBody::ChatStarted { page: None } => words.get("chat_started"),
        AgentBody::Joined { name, .. } => with_name("joined", &name),
        AgentBody::Left { name, .. } => with_name("left", &name),
        AgentBody::Requeued => words.get("requeued"),
        AgentBody::BecameRequest { why } => words.get(match why {
            BecameRequest::WaitLimit => "became_request_wait",
            BecameRequest::DeskClosed => "became_request_closed",
            BecameRequest::Override => "became_request_override",
            BecameRequest::NoAgents => "became_request_nobody",
            BecameRequest::Visitor => "became_request_visitor",
            BecameRequest::Removed => "became_request_removed",
        }),
        AgentBody::TransferRequested { name, to, .. } => {
            words.fill("transfer_requested", &[("who", &name), ("to", &to)])
        }
        AgentBody::Transferred { from_name, to_name, .. } => {
            words.fill("transferred", &[("from", &from_name), ("to", &to_name)])
        }
        AgentBody::TransferAbandoned { to, why, .. } => {
            abandoned("transfer_abandoned", &to, why, words)
        }
        AgentBody::HandedOver { name, reason, .. } => {
            words.fill("handed_over", &[("who", &name), ("reason", &reason)])
        }
        AgentBody::ConferenceRequested { name, to, .. } => {
            words.fill("conference_requested", &[("who", &name), ("to", &to)])
        }
        AgentBody::ConferenceAbandoned { to, why, .. } => {
            abandoned("conference_abandoned", &to, why, words)
        }
        AgentBody::IdleWarning => words.get("idle_warning"),
        AgentBody::SiteRemoved => words.get("site_removed"),
        AgentBody::QueueRemoved => words.get("queue_removed"),
        AgentBody::AgentRemoved => words.get("agent_removed"),
        AgentBody::ChatEnded { by, reason } => {
            let ended = words.get(match by {
                EndedBy::Agent => "ended_agent",
                EndedBy::Visitor => "ended_visitor",
                EndedBy::Inactivity => "ended_inactivity",
                EndedBy::Desk => "ended_desk",
            });
            reason.map_or(ended.clone(), |reason| format!("{ended} · {reason}"))
        }
        AgentBody::StateChanged { state, by: Some(by) } => {
            words.fill("state_changed_by", &[("state", &words.state(&state.name)), ("who", &by)])
        }
        AgentBody::StateChanged { state, by: None } => {
            words.fill("state_changed", &[("state", &words.state(&state.name))])
        }
        AgentBody::Rated { score, comment } => {
            let rated = words.fill("rated", &[("score", &score.to_string())]);
            comment.map_or(rated.clone(), |comment| format!("{rated} · «{comment}»"))
        }
        AgentBody::ContactChanged { name, email } => {
            let all: Vec<String> = name.into_iter().chain(email).collect();
            words.fill("contact_changed", &[("contact", &all.join(" · "))])
        }
        AgentBody::MailQueued { to, subject } => {
            words.fill("mail_queued_to", &[("to", &to), ("subject", &subject)])
        }
        AgentBody::MailHeld { to, why } => {
            words.fill("mail_held_to", &[("to", &to), ("why", &why)])
        }
        AgentBody::TranscriptSent { to } => words.fill("transcript_sent", &[("to", &to)]),
        AgentBody::Revealed { name, field, own, .. } => {
            let own = own.unwrap_or_default();
            let what = words.fill(&format!("revealed_{field}"), &[("field", &own)]);
            words.fill("revealed", &[("who", &name), ("what", &what)])
        }
        AgentBody::Changed { name, changes, .. } => {
            let all: Vec<String> = changes.iter().map(|change| changed(change, words)).collect();
            words.fill("changed", &[("who", &name), ("what", &all.join(" · "))])
        }
        AgentBody::LinkRenewed { name, .. } => with_name("link_renewed", &name),
        AgentBody::Visitor { text, .. }
        | AgentBody::Agent { text, .. }
        | AgentBody::Comment { text, .. } => text,
    }
}

/// What became of one property. A text that somebody typed is named alone: it stands in the entry, and is long.
fn changed(change: &Change, words: Words) -> String {
    let what = words.get(&format!("property_{}", change.what));
    let what = change.name.clone().unwrap_or(what);
    if change.what.is_long() {
        let is_empty = change.to.is_none();
        return if is_empty { words.fill("changed_no_text", &[("what", &what)]) } else { what };
    }
    let shown = |value: &Option<String>| match value {
        None => words.get("nothing_set"),
        Some(name) if change.what == Property::Priority => words.priority(name),
        Some(name) => name.clone(),
    };
    let (from, to) = (shown(&change.from), shown(&change.to));
    words.fill("changed_from_to", &[("what", &what), ("from", &from), ("to", &to)])
}

/// A transfer or conference of which nothing came, with the reason.
fn abandoned(key: &str, to: &str, why: HandoverOutcome, words: Words) -> String {
    let why = words.get(match why {
        HandoverOutcome::Accepted => "why_accepted",
        HandoverOutcome::Declined => "why_declined",
        HandoverOutcome::Missed => "why_missed",
        HandoverOutcome::Cancelled => "why_cancelled",
        HandoverOutcome::NobodyLeft => "why_nobody_left",
        HandoverOutcome::Gone => "why_gone",
    });
    words.fill(key, &[("to", to), ("why", &why)])
}
