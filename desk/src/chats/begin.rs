//! A chat begins on a ticket that there is already.

use crate::{
    Desk, Result,
    db::{Count, Tx, run, statement},
    sites::{Site, lists},
    tickets::{ChatState, LockedChat, LockedTicket, properties},
};
use protocol::{
    ChatId, Timestamp,
    entry::{AgentBody, Category},
};

// The same columns as of a chat that begins with its ticket (`writer/starts.rs`).
statement!(
    ADD = "
    insert into chats (id, ticket_id, site_id, queue_id, started_at, wait_until, priority, state, round, first_in_line)
    values ($1, $2, $3, $4, $5, $6, $7, 'waiting', 0, 0)"
);
statement!(SET_CHAT = "update tickets set chat_id = $2 where id = $1");

/// Puts a new chat into the line of the ticket's queue, or of the site's first where that one is not in use any more; a
/// ticket that waits on its customer or is closed enters the first open state. There is none under way.
pub(crate) async fn begin(
    tx: &mut Tx,
    desk: &Desk,
    locked: &mut LockedTicket,
    site: &Site,
    chat: ChatId,
    now: Timestamp,
) -> Result<()> {
    let is_in_use = locked.queue.is_some_and(|id| site.queues.iter().any(|queue| queue.id == id));
    if !is_in_use {
        locked.set_queue(tx, site.queue_for(None)?).await?;
    }
    let (stored, _) = properties::read_held(tx, locked.id).await?;
    let priority = lists::find(&site.lists.priorities, stored.priority_id);
    let priority = priority.map(|item| item.of).unwrap_or_default();
    let queue = locked.queue.map(|queue| queue.0);
    run!(tx, c => sqlx::query(ADD)
        .bind(chat.0)
        .bind(locked.id.0)
        .bind(locked.site.0)
        .bind(queue)
        .bind(now.0)
        .bind((desk.due_now() + site.limits.wait_limit).0)
        .bind(priority.rank())
        .execute(c)
        .await
        .map(|_| ()))?;
    run!(tx, c => sqlx::query(SET_CHAT)
        .bind(locked.id.0)
        .bind(chat.0)
        .execute(c)
        .await
        .map(|_| ()))?;
    locked.chat = Some(LockedChat {
        id: chat,
        state: ChatState::Waiting,
        agent: None,
        guest: None,
        offer: None,
        asked: None,
        score: None,
    });
    tx.count(Count::Waiting(locked.site, 1));
    tx.offer(locked.site);
    locked.add(tx, desk, now, AgentBody::ChatStarted { page: None }).await?;
    locked.enter(tx, desk, now, Category::Open, None).await
}
