//! A waiting chat becomes a help request.

use super::{
    carry_out::{Subject, after, all_changed, carry_out, step_of},
    life::ChatEvent,
};
use crate::{
    Desk, Result,
    db::{Tx, run, statement},
    mail::{AgentMail, Cause, VisitorMail, mail_agents, mail_visitor},
    tickets::LockedTicket,
};
use protocol::{
    Timestamp,
    entry::{AgentBody, BecameRequest, Category},
};

statement!(
    BECOME_REQUEST = "
    update chats set state = 'request', ended_at = $2 where id = $1 and state = $3"
);

/// Turns a waiting chat into a help request, also while it rings: same ticket, same number, same text. False: it
/// does not wait any longer.
pub(crate) async fn become_request(
    tx: &mut Tx,
    desk: &Desk,
    locked: &mut LockedTicket,
    why: BecameRequest,
    now: Timestamp,
) -> Result<bool> {
    let Some(chat) = locked.chat.filter(|chat| chat.state.is_waiting()) else {
        return Ok(false);
    };
    let step = step_of(&chat, ChatEvent::BecomeRequest)?;
    let turned = run!(tx, c => sqlx::query(BECOME_REQUEST)
        .bind(chat.id.0)
        .bind(now.0)
        .bind(chat.state.as_text())
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    all_changed(turned, 1)?;
    carry_out(tx, Subject::of(locked, &chat), &step, now).await?;
    locked.chat = Some(after(chat, step.to));
    let receipt = locked.add(tx, desk, now, AgentBody::BecameRequest { why }).await?;
    locked.enter(tx, desk, now, Category::Open, None).await?;
    // Its visitor began the chat.
    let received = VisitorMail::RequestReceived { why: Some(why) };
    mail_visitor(tx, desk, locked, received, Cause::Visitor, now).await?;
    mail_agents(tx, desk, locked, AgentMail::Request, receipt.seq, now).await?;
    Ok(true)
}
