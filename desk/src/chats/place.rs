//! The place in line of a chat that is under way follows its ticket: the queue, and how urgent it is.

use super::{
    carry_out::{Subject, after, all_changed, carry_out, step_of},
    life::ChatEvent,
};
use crate::{
    Result,
    db::{Tx, run, statement},
    tickets::{ChatState, LockedTicket},
};
use protocol::{Timestamp, entry::Priority};

statement!(SET_QUEUE = "update chats set queue_id = $2 where id = $1");
statement!(SET_PRIORITY = "update chats set priority = $2 where id = $1");
statement!(STOP = "update chats set state = 'waiting' where id = $1 and state = 'ringing'");

/// The chat is one of its ticket's queue, which is another now. Where it rings it rings no longer: who is asked may
/// serve the queue no longer, and others may.
pub(crate) async fn change_queue(
    tx: &mut Tx,
    locked: &mut LockedTicket,
    now: Timestamp,
) -> Result<()> {
    let Some(chat) = locked.live_chat().copied() else { return Ok(()) };
    let queue = locked.queue;
    run!(tx, c => sqlx::query(SET_QUEUE)
        .bind(chat.id.0)
        .bind(queue.map(|queue| queue.0))
        .execute(c)
        .await
        .map(|_| ()))?;
    if chat.state == ChatState::Ringing {
        let step = step_of(&chat, ChatEvent::Withdraw)?;
        let stopped = run!(tx, c => sqlx::query(STOP)
            .bind(chat.id.0)
            .execute(c)
            .await
            .map(|done| done.rows_affected()))?;
        all_changed(stopped, 1)?;
        carry_out(tx, Subject::of(locked, &chat), &step, now).await?;
        locked.chat = Some(after(chat, step.to));
    }
    tx.offer(locked.site);
    Ok(())
}

/// The chat is as urgent as its ticket.
pub(crate) async fn change_priority(
    tx: &mut Tx,
    locked: &LockedTicket,
    level: Priority,
) -> Result<()> {
    let Some(chat) = locked.live_chat() else { return Ok(()) };
    let id = chat.id.0;
    run!(tx, c => sqlx::query(SET_PRIORITY)
        .bind(id)
        .bind(level.rank())
        .execute(c)
        .await
        .map(|_| ()))?;
    tx.offer(locked.site);
    Ok(())
}
