//! A waiting chat gets its agent.

use super::ringing::close_offer;
use crate::{
    Desk, Error, Result,
    db::{Count, Tx, run, statement},
    people::Agent,
    tickets::{ChatState, LockedChat, LockedTicket},
};
use protocol::{Code, Refusal, Timestamp, entry::AgentBody};

statement!(
    ACCEPT = "
    update chats set state = 'active', agent_id = $2, accepted_at = $3, offered_at = null
    where id = $1 and state in ('waiting', 'ringing')"
);

/// Gives a waiting chat to an agent: of many who ask, the first wins.
pub(crate) async fn accept(
    tx: &mut Tx,
    desk: &Desk,
    locked: &mut LockedTicket,
    agent: &Agent,
    now: Timestamp,
) -> Result<()> {
    let chat = locked.chat.clone().ok_or_else(Error::not_found)?;
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
    close_offer(tx, chat.id, "accepted", now).await?;
    tx.count(Count::Waiting(locked.site, -1));
    tx.count(Count::Active(agent.id, 1));
    tx.offer(locked.site);
    let joined = AgentBody::Joined { agent: agent.id, name: agent.name.clone() };
    locked.add(tx, desk, now, joined).await?;
    locked.chat = Some(LockedChat { state: ChatState::Active, agent: Some(agent.id), ..chat });
    Ok(())
}
