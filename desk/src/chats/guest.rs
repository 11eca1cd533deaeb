//! The agent who is in an active chat beside its owner. Whoever changes that holds the ticket.

use super::carry_out::all_changed;
use crate::{
    Desk, Error, Result,
    db::{Count, Event, Tx, run, statement},
    people::{Agent, accounts},
    tickets::LockedTicket,
};
use protocol::{AgentId, Timestamp, entry::AgentBody};

statement!(
    JOIN = "
    update chats set guest_id = $2 where id = $1 and state = 'active' and guest_id is null"
);
statement!(LEAVE = "update chats set guest_id = null where id = $1 and guest_id = $2");

/// An agent joins the chat.
///
/// # Errors
/// `Conflict`: it is active no longer, or somebody else has joined.
pub(super) async fn join(
    tx: &mut Tx,
    desk: &Desk,
    locked: &mut LockedTicket,
    agent: &Agent,
    now: Timestamp,
) -> Result<()> {
    let chat = locked.chat.as_mut().ok_or_else(Error::not_found)?;
    let joined = run!(tx, c => sqlx::query(JOIN)
        .bind(chat.id.0)
        .bind(agent.id.0)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    all_changed(joined, 1)?;
    chat.guest = Some(agent.id);
    tx.count(Count::Active(agent.id, 1));
    let (agent, name) = (agent.id, agent.name.clone());
    locked.add(tx, desk, now, AgentBody::Joined { agent, name }).await?;
    Ok(())
}

/// The guest, if there is one, leaves or is let go. False: there is none.
pub(crate) async fn leave(
    tx: &mut Tx,
    desk: &Desk,
    locked: &mut LockedTicket,
    now: Timestamp,
) -> Result<bool> {
    let Some(agent) = take_out(tx, locked).await? else { return Ok(false) };
    let name = accounts::find_name(tx, agent).await?.unwrap_or_default();
    locked.add(tx, desk, now, AgentBody::Left { agent, name }).await?;
    Ok(true)
}

/// The same without a word: of the chat's end, or of what made the guest its owner, others read.
pub(super) async fn take_out(tx: &mut Tx, locked: &mut LockedTicket) -> Result<Option<AgentId>> {
    let (ticket, site) = (locked.id, locked.site);
    let Some(chat) = locked.chat.as_mut() else { return Ok(None) };
    let Some(agent) = chat.guest.take() else { return Ok(None) };
    let left = run!(tx, c => sqlx::query(LEAVE)
        .bind(chat.id.0)
        .bind(agent.0)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    all_changed(left, 1)?;
    tx.count(Count::Active(agent, -1));
    tx.free(agent);
    tx.offer(site);
    tx.publish(Event::Party { agent, ticket });
    Ok(Some(agent))
}
