//! An active chat goes back to the queue.

use super::{
    become_request::become_request,
    carry_out::{Subject, after, all_changed, carry_out, step_of},
    guest, handover,
    life::ChatEvent,
};
use crate::{
    Desk, Result,
    db::{Tx, run, statement},
    sites::Site,
    tickets::{ChatState, LockedTicket},
};
use protocol::{
    AgentId, Timestamp,
    entry::{AgentBody, BecameRequest},
};

statement!(REQUEUE = "
    update chats set
      state = 'waiting', agent_id = null, accepted_at = null, first_in_line = 1, round = round + 1, wait_until = $2,
      idle_seq = null, idle_from = null, warned_at = null
    where id = $1 and state = 'active' and agent_id = $3");

/// Puts an active chat back to the head of the queue, because this agent is lost; a guest is out, and what was asked of
/// others is over. Where nobody will come
/// (`nobody_comes` says why) it becomes a help request at once, and its visitor is told only that. False: it is not
/// theirs any longer.
pub(crate) async fn requeue(
    tx: &mut Tx,
    desk: &Desk,
    locked: &mut LockedTicket,
    from: AgentId,
    site: &Site,
    nobody_comes: Option<BecameRequest>,
    now: Timestamp,
) -> Result<bool> {
    let Some(chat) =
        locked.chat.filter(|chat| chat.state == ChatState::Active && chat.agent == Some(from))
    else {
        return Ok(false);
    };
    handover::drop_open(tx, desk, locked, now).await?;
    guest::leave(tx, desk, locked, now).await?;
    let chat = locked.chat.unwrap_or(chat);
    let step = step_of(&chat, ChatEvent::Requeue { from })?;
    let requeued = run!(tx, c => sqlx::query(REQUEUE)
        .bind(chat.id.0)
        .bind((desk.due_now() + site.limits.wait_limit).0)
        .bind(from.0)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    all_changed(requeued, 1)?;
    carry_out(tx, Subject::of(locked, &chat), &step, now).await?;
    locked.chat = Some(after(chat, step.to));
    locked.attended_by = None;
    if let Some(why) = nobody_comes {
        return Box::pin(become_request(tx, desk, locked, why, now)).await;
    }
    locked.add(tx, desk, now, AgentBody::Requeued).await?;
    Ok(true)
}
