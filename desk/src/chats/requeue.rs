//! An active chat goes back to the queue.

use crate::{
    Desk, Result,
    db::{Count, Tx, run, statement},
    sites::Site,
    tickets::{ChatState, LockedChat, LockedTicket},
};
use protocol::{Timestamp, entry::AgentBody};

statement!(REQUEUE = "
    update chats set
      state = 'waiting', agent_id = null, accepted_at = null, first_in_line = 1, round = round + 1, wait_until = $2
    where id = $1 and state = 'active'");

/// Puts an active chat back to the head of the queue, for its agent's console is gone.
pub(crate) async fn requeue(
    tx: &mut Tx,
    desk: &Desk,
    locked: &mut LockedTicket,
    site: &Site,
    now: Timestamp,
) -> Result<()> {
    let Some(chat) = locked.chat.clone().filter(|chat| chat.state == ChatState::Active) else {
        return Ok(());
    };
    run!(tx, c => sqlx::query(REQUEUE)
        .bind(chat.id.0)
        .bind((now + site.limits.wait_limit).0)
        .execute(c)
        .await
        .map(|_| ()))?;
    if let Some(agent) = chat.agent {
        tx.count(Count::Active(agent, -1));
    }
    tx.count(Count::Waiting(locked.site, 1));
    tx.offer(locked.site);
    locked.chat = Some(LockedChat { state: ChatState::Waiting, agent: None, ..chat });
    locked.add(tx, desk, now, AgentBody::Requeued).await?;
    Ok(())
}
