//! The end of a site that was removed (`behaviours.md`, "Closing", *Resource deleted*): those who wait become requests
//! like at any closed desk, people in active chats are told and can only end them, after `idle_limit` the desk does,
//! and then all of it goes.

use super::chats::unless_gone;
use crate::{
    Desk, Result, admin,
    chats::{self, Ending},
    db::{read, retry, statement},
    sites::Site,
    tickets::{ChatState, LockedTicket},
};
use protocol::{TicketId, Timestamp, entry::AgentBody};
use uuid::Uuid;

/// Chats whose people are told, or that are ended, in one look; the rest is the next one's.
const CHATS_PER_TICK: i64 = 200;

/// Parts of a site deleted in one look: offers and waits are looked at by the same hand.
const SWEEPS_PER_TICK: u32 = 4;

/// What is due at sites that were removed.
pub(super) async fn tick(desk: &Desk) -> Result<()> {
    let mut outcome = Ok(());
    for site in desk.sites().into_iter().filter(|site| site.removed_at.is_some()) {
        outcome = outcome.and(wind_up(desk, &site).await);
    }
    outcome
}

async fn wind_up(desk: &Desk, site: &Site) -> Result<()> {
    let now = desk.now();
    for (ticket, announced_at) in active(desk, site).await? {
        match announced_at {
            None => announce(desk, ticket, site, now).await?,
            // Told by a clock that was set back since: long enough ago.
            Some(at) if at > now || at + site.limits.idle_limit <= now => {
                end(desk, ticket, site, now).await?;
            }
            Some(_) => {}
        }
    }
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
    select ticket_id, announced_at from (
      select
        c.ticket_id, c.accepted_at,
        (select max(e.at) from entries e where e.ticket_id = c.ticket_id and e.kind = 'site_removed') as announced_at
      from chats c
      where c.site_id = $1 and c.state = 'active'
    ) as active
    order by case when announced_at is null then 0 else 1 end, announced_at, accepted_at
    limit $2"
);

/// The active chats of a site, with the instant at which their people were told.
async fn active(desk: &Desk, site: &Site) -> Result<Vec<(TicketId, Option<Timestamp>)>> {
    let rows: Vec<(Uuid, Option<i64>)> = read!(desk.db(), c => sqlx::query_as(ACTIVE)
        .bind(site.id.0)
        .bind(CHATS_PER_TICK)
        .fetch_all(c)
        .await)?;
    let named = |(ticket, at): (Uuid, Option<i64>)| (TicketId(ticket), at.map(Timestamp));
    Ok(rows.into_iter().map(named).collect())
}

/// Visitor and agent read that nothing can be written any more.
async fn announce(desk: &Desk, ticket: TicketId, site: &Site, now: Timestamp) -> Result<()> {
    let announced = retry!({
        let mut tx = desk.begin().await?;
        let mut locked = LockedTicket::lock(&mut tx, ticket, &[site.id]).await?;
        if !is_active(&locked) {
            return Ok(());
        }
        locked.add(&mut tx, desk, now, AgentBody::SiteRemoved).await?;
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
        chats::end(&mut tx, desk, &mut locked, Ending::Desk, now).await?;
        locked.save(&mut tx).await?;
        desk.commit(tx).await
    });
    unless_gone(ended)
}

fn is_active(locked: &LockedTicket) -> bool {
    locked.chat.is_some_and(|chat| chat.state == ChatState::Active)
}
