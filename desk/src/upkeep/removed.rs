//! The end of what was removed (`behaviours.md`, "Closing", *Resource deleted*), be it a site, a queue or an agent: those
//! who wait there become requests like at any closed desk, people in active chats are told and can only end them, and
//! after `idle_limit` the desk does. With a site all that is in it goes then.

use super::chats::{self, unless_gone};
use crate::{
    Desk, Result, admin,
    chats::{Ending, end as end_chat, handover},
    db::{read, retry, statement},
    sites::Site,
    tickets::{ChatState, LockedTicket},
};
use protocol::{
    AgentId, QueueId, SiteId, TicketId, Timestamp,
    entry::{AgentBody, BecameRequest},
};
use uuid::Uuid;

/// Chats whose people are told, or that are ended, in one look; the rest is the next one's.
const CHATS_PER_TICK: i64 = 200;

/// Parts of a site deleted in one look: offers and waits are looked at by the same hand.
const SWEEPS_PER_TICK: u32 = 4;

/// What is due at sites that were removed.
pub(super) async fn tick(desk: &Desk) -> Result<()> {
    let mut outcome = Ok(());
    let snapshot = desk.0.sites.now();
    for site in &snapshot.sites {
        if site.removed_at.is_some() {
            outcome = outcome.and(wind_up(desk, site).await);
            continue;
        }
        for queue in &site.removed_queues {
            outcome = outcome.and(wind_up_queue(desk, site, queue.id).await);
        }
    }
    for &agent in &snapshot.removed {
        outcome = outcome.and(wind_up_agent(desk, agent).await);
    }
    outcome
}

async fn wind_up_queue(desk: &Desk, site: &Site, queue: QueueId) -> Result<()> {
    let waiting: Vec<Uuid> = read!(desk.db(), c => sqlx::query_scalar(WAITING)
        .bind(queue.0)
        .bind(CHATS_PER_TICK)
        .bind(site.id.0)
        .fetch_all(c)
        .await)?;
    for ticket in waiting {
        let waits = (TicketId(ticket), site.id);
        chats::convert_to_request(desk, waits, BecameRequest::Removed).await?;
    }
    let rows: Vec<Row> = read!(desk.db(), c => sqlx::query_as(ACTIVE_IN_QUEUE)
        .bind(queue.0)
        .bind(CHATS_PER_TICK)
        .fetch_all(c)
        .await)?;
    wind_up_chats(desk, rows, &AgentBody::QueueRemoved).await
}

async fn wind_up_agent(desk: &Desk, agent: AgentId) -> Result<()> {
    let rows: Vec<Row> = read!(desk.db(), c => sqlx::query_as(ACTIVE_OF_AGENT)
        .bind(agent.0)
        .bind(CHATS_PER_TICK)
        .fetch_all(c)
        .await)?;
    wind_up_chats(desk, rows, &AgentBody::AgentRemoved).await
}

/// Tells the people of active chats, or ends those whose people have known for `idle_limit`.
async fn wind_up_chats(desk: &Desk, rows: Vec<Row>, told: &AgentBody) -> Result<()> {
    let now = desk.now();
    for (ticket, site, announced_at) in rows {
        let (ticket, site) = (TicketId(ticket), SiteId(site));
        let Some(site) = desk.find_site_by_id(site) else { continue };
        match announced_at.map(Timestamp) {
            None => announce(desk, ticket, &site, told, now).await?,
            // Told by a clock that was set back since: long enough ago.
            Some(at) if at > now || at + site.limits.idle_limit <= now => {
                end(desk, ticket, &site, now).await?;
            }
            Some(_) => {}
        }
    }
    Ok(())
}

/// A ticket, its site, and when the people of its chat were told.
type Row = (Uuid, Uuid, Option<i64>);

// Index chats_waiting.
statement!(
    WAITING = "
    select ticket_id from chats
    where site_id = $3 and state in ('waiting', 'ringing') and queue_id = $1
    limit $2"
);
// Index chats_active. What was said before the queue was removed again is of another time.
statement!(
    ACTIVE_IN_QUEUE = "
    select ticket_id, site_id, announced_at from (
      select
        c.ticket_id, c.site_id, c.accepted_at,
        (select max(e.at) from entries e
         where e.ticket_id = c.ticket_id and e.kind = 'queue_removed' and e.at >= q.removed_at) as announced_at
      from chats c
      join queues q on q.id = c.queue_id
      where c.queue_id = $1 and c.state = 'active'
    ) as active
    order by case when announced_at is null then 0 else 1 end, announced_at, accepted_at
    limit $2"
);
// Index chats_agent.
statement!(
    ACTIVE_OF_AGENT = "
    select ticket_id, site_id, announced_at from (
      select
        c.ticket_id, c.site_id, c.accepted_at,
        (select max(e.at) from entries e where e.ticket_id = c.ticket_id and e.kind = 'agent_removed') as announced_at
      from chats c
      where c.agent_id = $1 and c.state = 'active'
    ) as active
    order by case when announced_at is null then 0 else 1 end, announced_at, accepted_at
    limit $2"
);

async fn wind_up(desk: &Desk, site: &Site) -> Result<()> {
    let rows: Vec<Row> = read!(desk.db(), c => sqlx::query_as(ACTIVE)
        .bind(site.id.0)
        .bind(CHATS_PER_TICK)
        .fetch_all(c)
        .await)?;
    wind_up_chats(desk, rows, &AgentBody::SiteRemoved).await?;
    for _ in 0..SWEEPS_PER_TICK {
        if admin::sweep_some(desk, site).await?.is_some() {
            break;
        }
    }
    Ok(())
}

// Those first who do not know yet, then those who have known for longest.
statement!(
    ACTIVE = "
    select ticket_id, site_id, announced_at from (
      select
        c.ticket_id, c.site_id, c.accepted_at,
        (select max(e.at) from entries e where e.ticket_id = c.ticket_id and e.kind = 'site_removed') as announced_at
      from chats c
      where c.site_id = $1 and c.state = 'active'
    ) as active
    order by case when announced_at is null then 0 else 1 end, announced_at, accepted_at
    limit $2"
);

/// Visitor and agents read that nothing can be written any more; what was asked of other agents is over.
async fn announce(
    desk: &Desk,
    ticket: TicketId,
    site: &Site,
    told: &AgentBody,
    now: Timestamp,
) -> Result<()> {
    let announced = retry!({
        let mut tx = desk.begin().await?;
        let mut locked = LockedTicket::lock(&mut tx, ticket, &[site.id]).await?;
        if !is_active(&locked) {
            return Ok(());
        }
        handover::drop_open(&mut tx, desk, &mut locked, now).await?;
        locked.add(&mut tx, desk, now, told.clone()).await?;
        locked.save(&mut tx).await?;
        desk.commit(tx).await
    });
    unless_gone(announced)
}

async fn end(desk: &Desk, ticket: TicketId, site: &Site, now: Timestamp) -> Result<()> {
    let ended = retry!({
        let mut tx = desk.begin().await?;
        let mut locked = LockedTicket::lock(&mut tx, ticket, &[site.id]).await?;
        if !is_active(&locked) {
            return Ok(());
        }
        end_chat(&mut tx, desk, &mut locked, Ending::Desk, now).await?;
        locked.save(&mut tx).await?;
        desk.commit(tx).await
    });
    unless_gone(ended)
}

fn is_active(locked: &LockedTicket) -> bool {
    locked.chat.is_some_and(|chat| chat.state == ChatState::Active)
}
