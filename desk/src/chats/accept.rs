//! A waiting chat gets its agent.

use super::ringing::settle_offer;
use crate::{
    Desk, Error, Result,
    db::{Count, Tx, run},
    people::Agent,
    tickets::{ChatHead, ChatState, Head},
};
use protocol::{Code, Refusal, Timestamp, entry::AgentBody};

const ACCEPT: &str = "
    update chats set state = 'active', agent_id = $2, accepted_at = $3, offered_at = null
    where id = $1 and state in ('waiting', 'ringing')";

/// Gives a waiting chat to an agent: of many who ask, the first wins.
pub(crate) async fn accept(
    tx: &mut Tx,
    desk: &Desk,
    head: &mut Head,
    agent: &Agent,
    now: Timestamp,
) -> Result<()> {
    let chat = head.chat.clone().ok_or_else(Error::not_found)?;
    match chat.state {
        ChatState::Active if chat.agent == Some(agent.id) => return Ok(()),
        ChatState::Active => return Err(Refusal::new(Code::AlreadyTaken).into()),
        ChatState::Ended | ChatState::Request => return Err(Refusal::new(Code::ChatEnded).into()),
        ChatState::Waiting | ChatState::Ringing => {}
    }
    let taken = run!(tx, c => sqlx::query(ACCEPT)
        .bind(chat.id.0)
        .bind(agent.id.0)
        .bind(now.0)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    if taken == 0 {
        return Err(Refusal::new(Code::AlreadyTaken).into());
    }
    settle_offer(tx, chat.id, "accepted", now).await?;
    tx.count(Count::Waiting(head.site, -1));
    tx.count(Count::Active(agent.id, 1));
    tx.offer(head.site);
    let joined = AgentBody::Joined { agent: agent.id, name: agent.name.clone() };
    head.add(tx, desk, now, joined).await?;
    head.chat = Some(ChatHead { state: ChatState::Active, agent: Some(agent.id), ..chat });
    Ok(())
}
