//! One entry of a ticket.

use super::bubble::{Bubble, Side};
use crate::{
    state::{console::use_console, log::Marks},
    words::{Words, use_words},
};
use leptos::{either::EitherOf4, prelude::*};
use protocol::entry::{AgentBody, AgentEntry, BecameRequest, EndedBy};

/// What entries are drawn with.
#[derive(Clone, Copy)]
pub struct EntryContext {
    /// What the contact is called.
    pub contact: Memo<String>,
    /// Where the delivery marks stand.
    pub marks: Memo<Marks>,
}

/// A message, a comment, or a line about what happened.
#[component]
pub fn Entry(entry: AgentEntry, first: bool, context: EntryContext) -> impl IntoView {
    let words = use_words();
    let console = use_console();
    let (seq, at) = (entry.seq, entry.at);
    match entry.body {
        AgentBody::Visitor { text, files } => EitherOf4::A(
            view! { <Bubble side=Side::Visitor(context.contact) text=text files=files at=at first=first/> },
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
            let mine = console.me.with_untracked(|me| me.name == name);
            EitherOf4::B(view! {
                <Bubble side=Side::Agent { name, mine } text=text files=files at=at first=first/>
                {move || mark().map(|mark| view! { <p class="mark xs muted">{mark}</p> })}
            })
        }
        AgentBody::Comment { name, text, .. } => EitherOf4::C(view! {
            <div class="internal">
                <b>{words.fill("comment_by", &[("who", &name)])}</b>
                <p class="text">{text}</p>
            </div>
        }),
        body => {
            let sentence = sentence(body, words);
            EitherOf4::D(
                view! { <p class="sys"><span>{sentence}" "<span class="sys-at">{move || console.clock.time(at)}</span></span></p> },
            )
        }
    }
}

/// What happened, in words.
fn sentence(body: AgentBody, words: Words) -> String {
    let who = |key: &str, name: &str| words.fill(key, &[("who", name)]);
    match body {
        AgentBody::ChatStarted { page: Some(page) } => {
            words.fill("chat_started_on", &[("page", page.path())])
        }
        AgentBody::ChatStarted { page: None } => words.get("chat_started"),
        AgentBody::Joined { name, .. } => who("joined", &name),
        AgentBody::Left { name, .. } => who("left", &name),
        AgentBody::Requeued => words.get("requeued"),
        AgentBody::BecameRequest { why: BecameRequest::WaitLimit } => {
            words.get("became_request_wait")
        }
        AgentBody::BecameRequest { why: BecameRequest::DeskClosed } => {
            words.get("became_request_closed")
        }
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
        AgentBody::Visitor { text, .. }
        | AgentBody::Agent { text, .. }
        | AgentBody::Comment { text, .. } => text,
    }
}
