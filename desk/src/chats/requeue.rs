//! An active chat goes back to the queue.

use crate::{
    Desk, Result,
    db::{Count, Tx, run},
    sites::Site,
    tickets::{ChatHead, ChatState, Head},
};
use protocol::{Timestamp, entry::AgentBody};

const REQUEUE: &str = "
    update chats set
      state = 'waiting', agent_id = null, accepted_at = null, ahead = 1, round = round + 1, wait_until = $2
    where id = $1 and state = 'active'";

/// Puts an active chat back to the head of the queue, for its agent's console is gone.
pub(crate) async fn requeue(
    tx: &mut Tx,
    desk: &Desk,
    head: &mut Head,
    site: &Site,
    now: Timestamp,
) -> Result<()> {
    let Some(chat) = head.chat.clone().filter(|chat| chat.state == ChatState::Active) else {
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
    tx.count(Count::Waiting(head.site, 1));
    tx.offer(head.site);
    head.chat = Some(ChatHead { state: ChatState::Waiting, agent: None, ..chat });
    head.add(tx, desk, now, AgentBody::Requeued).await?;
    Ok(())
}
