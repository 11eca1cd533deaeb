//! A chat ends.

use super::{
    carry_out::{Subject, after, all_changed, carry_out, step_of},
    guest, handover,
    life::ChatEvent,
};
use crate::{
    Desk, Error, Result,
    db::{Tx, run, statement},
    mail::{Cause, VisitorMail, mail_visitor},
    people::Agent,
    tickets::LockedTicket,
};
use protocol::{
    Code, Refusal, Timestamp,
    entry::{AgentBody, Category, EndedBy},
};

/// Who ends a chat.
#[derive(Clone, Copy)]
pub(crate) enum Ending<'a> {
    /// Its agent, with a closing reason.
    Agent {
        agent: &'a Agent,
        reason: &'a str,
    },
    /// An agent who may in place of its own, who was removed.
    Other {
        agent: &'a Agent,
        reason: &'a str,
    },
    Visitor,
    /// Nobody wrote for `idle_limit`; the reason in the site's language.
    Inactivity {
        reason: &'a str,
    },
    /// What it belongs to was removed.
    Desk,
}

statement!(
    END = "
    update chats set state = 'ended', ended_at = $2, idle_seq = null, idle_from = null
    where id = $1 and state = $3"
);

/// Ends the chat under way: all who are in it are out, what was asked of others is over, the ticket is closed, and
/// mailed about when an address is known.
///
/// # Errors
/// `ChatEnded` when there is none under way; `Forbidden` for anybody but the agent who has it, also for one at whom
/// it rings; `Conflict` when the desk ends one that is active no longer.
pub(crate) async fn end(
    tx: &mut Tx,
    desk: &Desk,
    locked: &mut LockedTicket,
    ending: Ending<'_>,
    now: Timestamp,
) -> Result<()> {
    let (event, by, reason, name, cause) = match ending {
        Ending::Agent { agent, reason } => {
            let event = ChatEvent::EndByAgent { agent: agent.id };
            let reason = Some(reason.to_owned());
            (event, EndedBy::Agent, reason, Some(agent.name.clone()), Cause::Desk)
        }
        Ending::Other { agent, reason } => {
            let (reason, name) = (Some(reason.to_owned()), Some(agent.name.clone()));
            (ChatEvent::EndByOther, EndedBy::Agent, reason, name, Cause::Desk)
        }
        Ending::Inactivity { reason } => {
            let reason = Some(reason.to_owned());
            (ChatEvent::EndByDesk, EndedBy::Inactivity, reason, None, Cause::Desk)
        }
        Ending::Visitor => (ChatEvent::EndByVisitor, EndedBy::Visitor, None, None, Cause::Visitor),
        Ending::Desk => (ChatEvent::EndByDesk, EndedBy::Desk, None, None, Cause::Desk),
    };
    let chat = locked.chat.ok_or_else(|| Error::from(Refusal::new(Code::ChatEnded)))?;
    let step = step_of(&chat, event)?;
    handover::drop_open(tx, desk, locked, now).await?;
    guest::take_out(tx, locked).await?;
    let chat = locked.chat.unwrap_or(chat);
    let ended = run!(tx, c => sqlx::query(END)
        .bind(chat.id.0)
        .bind(now.0)
        .bind(chat.state.as_text())
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    all_changed(ended, 1)?;
    carry_out(tx, Subject::of(locked, &chat), &step, now).await?;
    locked.chat = Some(after(chat, step.to));
    locked.add(tx, desk, now, AgentBody::ChatEnded { by, reason }).await?;
    locked.enter(tx, desk, now, Category::Closed, name).await?;
    mail_visitor(tx, desk, locked, VisitorMail::ChatEnded, cause, now).await?;
    Ok(())
}
