//! A waiting chat gets its agent.

use super::{
    carry_out::{Subject, after, all_changed, carry_out, step_of},
    life::ChatEvent,
};
use crate::{
    Desk, Error, Result,
    db::{Tx, run, statement},
    people::Agent,
    tickets::LockedTicket,
};
use protocol::{Code, Timestamp, entry::AgentBody};

statement!(
    ACCEPT = "
    update chats set state = 'active', agent_id = $2, accepted_at = $3,
      idle_seq = null, idle_from = null, warned_at = null
    where id = $1 and state = $4"
);

/// Gives a waiting chat to an agent: of many who ask, the first wins. False: it is theirs already, a click was sent
/// twice.
///
/// # Errors
/// `AlreadyTaken`, which names who has it; `ChatEnded`, `NotFound` without a chat.
pub(crate) async fn accept(
    tx: &mut Tx,
    desk: &Desk,
    locked: &mut LockedTicket,
    agent: &Agent,
    now: Timestamp,
) -> Result<bool> {
    let chat = locked.chat.ok_or_else(Error::not_found)?;
    let step = match step_of(&chat, ChatEvent::Accept { by: agent.id }) {
        Err(Error::Refused(refusal)) if refusal.code == Code::AlreadyTaken => {
            let winner = chat.agent.and_then(|agent| desk.find_agent(agent));
            return Err(winner.map_or(refusal, |winner| refusal.who(&winner.name)).into());
        }
        step => step?,
    };
    if step.effects.is_empty() {
        return Ok(false);
    }
    let taken = run!(tx, c => sqlx::query(ACCEPT)
        .bind(chat.id.0)
        .bind(agent.id.0)
        .bind(now.0)
        .bind(chat.state.as_text())
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    all_changed(taken, 1)?;
    carry_out(tx, Subject::of(locked, &chat), &step, now).await?;
    locked.chat = Some(after(chat, step.to));
    locked.attended_by = Some(agent.id);
    let joined = AgentBody::Joined { agent: agent.id, name: agent.name.clone() };
    locked.add(tx, desk, now, joined).await?;
    Ok(true)
}
