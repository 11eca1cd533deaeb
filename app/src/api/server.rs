//! What server functions share on the server: the caller, refusals, and the wire's types.

use super::ApiError;
use axum::http::request::Parts;
use desk::{
    Desk,
    console::HandoverTarget,
    mail::{KeptMail, MailListing},
    people::Agent,
};
use leptos::prelude::*;
use protocol::{
    AgentId, Code, QueueId, Refusal,
    agent::ForAgent,
    mail::{MailPage, MailRow, MailState, MailText},
    problem,
    settings::{AwayReason, ClosingReason, Reply, ReplyName},
    text::ChatText,
};

/// The desk and the agent who calls.
///
/// # Errors
/// `SignInRequired` without a session.
pub(super) fn caller() -> Result<(Desk, Agent), ApiError> {
    let agent = use_context::<Parts>().and_then(|parts| parts.extensions.get::<Agent>().cloned());
    match (use_context::<Desk>(), agent) {
        (Some(desk), Some(agent)) => Ok((desk, agent)),
        _ => Err(ApiError(Refusal::new(Code::SignInRequired))),
    }
}

/// The answer to a desk's error; what is wrong with the server is logged here.
pub(super) fn refused(error: desk::Error) -> ApiError {
    let refusal = error.refusal();
    if problem::status(refusal.code) >= 500 {
        tracing::error!(error = &error as &dyn std::error::Error, "a console request failed");
    }
    ApiError(refusal)
}

/// A closing reason as it was sent.
pub(super) fn closing_reason(text: &str) -> Result<ClosingReason, ApiError> {
    ClosingReason::parse(text).map_err(ApiError)
}

/// A canned reply as it was sent.
pub(super) fn reply(name: &str, text: &str) -> Result<Reply, ApiError> {
    let name = ReplyName::parse(name).map_err(ApiError)?;
    let text = ChatText::parse(text).map_err(ApiError)?;
    Ok(Reply { name, text })
}

/// A reason to be *Ausente* as it was sent; an empty one is none.
pub(super) fn away_reason(text: Option<&str>) -> Result<Option<AwayReason>, ApiError> {
    text.filter(|text| !text.is_empty()).map(AwayReason::parse).transpose().map_err(ApiError)
}

/// Who is asked: a queue or an agent.
pub(super) fn handover_target(
    queue: Option<QueueId>,
    agent: Option<AgentId>,
) -> Result<HandoverTarget, ApiError> {
    match (queue, agent) {
        (Some(queue), None) => Ok(HandoverTarget::Queue(queue)),
        (None, Some(agent)) => Ok(HandoverTarget::Agent(agent)),
        (None, None) => Err(ApiError(Refusal::named("agent", Code::Required))),
        (Some(_), Some(_)) => Err(ApiError(Refusal::named("agent", Code::Invalid))),
    }
}

/// A mail as the console's list shows it.
fn mail_row(mail: KeptMail) -> MailRow {
    use desk::mail::MailState as State;
    let state = match mail.state {
        State::Queued if mail.error.is_some() => MailState::Retrying,
        State::Queued => MailState::Queued,
        State::Sent => MailState::Sent,
        State::Kept => MailState::Kept,
        State::Parked => MailState::Parked,
    };
    MailRow {
        id: mail.id,
        at: mail.at,
        to: mail.to,
        subject: mail.subject,
        state,
        error: mail.error,
    }
}

/// A page of them.
pub(crate) fn mail_page(page: MailListing) -> MailPage {
    MailPage {
        mails: page.mails.into_iter().map(|mail| mail.map(mail_row)).collect(),
        next: page.next,
    }
}

/// A mail with its text and, by itself, its HTML.
pub(crate) fn mail_text(
    (mail, text, html): (ForAgent<KeptMail>, ForAgent<String>, ForAgent<String>),
) -> ForAgent<MailText> {
    mail.map(|mail| MailText {
        row: mail_row(mail),
        text: text.into_inner(),
        has_html: !html.is_empty(),
    })
}
