//! What time alone brings about for chats: each look reads rows and the wall clock, so that it is right after a restart
//! and after the machine slept.

use super::node;
use crate::{
    Desk, Error, Result, chats,
    db::{read, retry, statement},
    live::CONSOLE_GONE,
    routing,
    sites::Site,
    tickets::LockedTicket,
};
use protocol::{AgentId, Code, SiteId, TicketId, Timestamp, entry::BecameRequest, status::Reason};
use uuid::Uuid;

/// Chats turned in one look; the rest is the next one's.
const CONVERTED_PER_TICK: i64 = 200;

/// What is due for chats. Where consoles are is read first: nobody loses a chat or an offer because this process was
/// frozen. One that is cut off decides nothing.
pub(super) async fn tick(desk: &Desk) -> Result<()> {
    if !node::read(desk).await? {
        return Ok(());
    }
    let now = desk.due_now();
    routing::tick(desk).await?;
    requeue_dropped(desk).await?;
    take_out_dropped_guests(desk).await?;
    desk.skip_overdue_reasons().await?;
    for ticket in overdue(desk, now).await? {
        convert_to_request(desk, ticket, BecameRequest::WaitLimit).await?;
    }
    for site in desk.sites() {
        if desk.waiting_chats(site.id) > 0
            && let Some(why) = abandoned(desk, &site)
        {
            for ticket in waiting_at(desk, site.id).await? {
                convert_to_request(desk, ticket, why).await?;
            }
        }
    }
    Ok(())
}

/// Why nobody will come any more for those who wait: the desk has closed, or its last agent has left for good. None:
/// somebody may. A console that is only being reloaded has not left, nor has who is in RONA.
fn abandoned(desk: &Desk, site: &Site) -> Option<BecameRequest> {
    if site.removed_at.is_some() {
        return Some(BecameRequest::Removed);
    }
    let now = desk.availability(site.id);
    match now.reason {
        _ if now.open => None,
        Reason::NoAgents => {
            let snapshot = desk.0.sites.now();
            let mut staff = snapshot.staff.iter().filter(|staff| staff.serves(site.id));
            let may_come = staff.any(|staff| routing::may_come(desk, staff.id, CONSOLE_GONE));
            (!may_come).then_some(BecameRequest::NoAgents)
        }
        Reason::Override => Some(BecameRequest::Override),
        Reason::Open | Reason::OutsideHours | Reason::Holiday => Some(BecameRequest::DeskClosed),
    }
}

/// Waiting chats whose `wait_limit` is over (index `chats_wait_until`).
async fn overdue(desk: &Desk, now: Timestamp) -> Result<Vec<(TicketId, SiteId)>> {
    let rows = read!(desk.db(), c => sqlx::query_as::<_, (Uuid, Uuid)>(OVERDUE)
        .bind(now.0)
        .bind(CONVERTED_PER_TICK)
        .fetch_all(c)
        .await)?;
    Ok(rows.into_iter().map(|(ticket, site)| (TicketId(ticket), SiteId(site))).collect())
}

async fn waiting_at(desk: &Desk, site: SiteId) -> Result<Vec<(TicketId, SiteId)>> {
    let rows = read!(desk.db(), c => sqlx::query_as::<_, (Uuid,)>(WAITING)
        .bind(site.0)
        .bind(CONVERTED_PER_TICK)
        .fetch_all(c)
        .await)?;
    Ok(rows.into_iter().map(|(ticket,)| (TicketId(ticket), site)).collect())
}

/// A chat that waits becomes a request.
pub(super) async fn convert_to_request(
    desk: &Desk,
    (ticket, site): (TicketId, SiteId),
    why: BecameRequest,
) -> Result<()> {
    let now = desk.now();
    let converted = retry!({
        let mut tx = desk.begin().await?;
        let mut locked = LockedTicket::lock(&mut tx, ticket, &[site]).await?;
        if !chats::become_request(&mut tx, desk, &mut locked, why, now).await? {
            return Ok(());
        }
        locked.save(&mut tx).await?;
        desk.commit(tx).await
    });
    unless_gone(converted)
}

/// A ticket that was removed with its site meanwhile is nothing to do any more.
pub(super) fn unless_gone(done: Result<()>) -> Result<()> {
    match done {
        Err(Error::Refused(refusal)) if refusal.code == Code::NotFound => Ok(()),
        done => done,
    }
}

/// Chats of agents whose console has been gone for `drop_grace` go back to the head of the queue.
async fn requeue_dropped(desk: &Desk) -> Result<()> {
    let snapshot = desk.0.sites.now();
    for agent in owners(desk).await? {
        // A removed agent's chats can only be ended.
        if snapshot.removed.contains(&agent) {
            continue;
        }
        let Some(gone) = desk.console_gone_for(agent).filter(|gone| *gone >= CONSOLE_GONE) else {
            continue;
        };
        let rows = read!(desk.db(), c => sqlx::query_as::<_, (Uuid, Uuid)>(CHATS_OF)
            .bind(agent.0)
            .fetch_all(c)
            .await)?;
        for (ticket, site) in rows {
            let Some(site) = desk.find_site_by_id(SiteId(site)) else { continue };
            if gone >= site.limits.drop_grace {
                requeue(desk, TicketId(ticket), agent, &site).await?;
            }
        }
    }
    Ok(())
}

/// Guests whose console has been gone for `drop_grace` are out of their chats.
async fn take_out_dropped_guests(desk: &Desk) -> Result<()> {
    let rows: Vec<(Uuid, Uuid, Uuid)> =
        read!(desk.db(), c => sqlx::query_as(GUESTS).fetch_all(c).await)?;
    for (guest, ticket, site) in rows {
        let guest = AgentId(guest);
        let Some(site) = desk.find_site_by_id(SiteId(site)) else { continue };
        let gone = desk.console_gone_for(guest).filter(|gone| *gone >= CONSOLE_GONE);
        if gone.is_some_and(|gone| gone >= site.limits.drop_grace) {
            take_out_guest(desk, TicketId(ticket), guest, &site).await?;
        }
    }
    Ok(())
}

// Index chats_guest.
statement!(GUESTS = "select guest_id, ticket_id, site_id from chats where guest_id is not null");

/// Takes this agent out of a chat that they are a guest of; another guest stays.
pub(super) async fn take_out_guest(
    desk: &Desk,
    ticket: TicketId,
    guest: AgentId,
    site: &Site,
) -> Result<()> {
    let now = desk.now();
    let out = retry!({
        let mut tx = desk.begin().await?;
        let mut locked = LockedTicket::lock(&mut tx, ticket, &[site.id]).await?;
        if locked.on().party.guest != Some(guest) {
            return Ok(());
        }
        chats::leave_conference(&mut tx, desk, &mut locked, now).await?;
        locked.save(&mut tx).await?;
        desk.commit(tx).await
    });
    unless_gone(out)
}

statement!(
    OWNERS = "
    select distinct agent_id from chats
    where state = 'active' and agent_id is not null"
);

/// Agents who have an active chat (index `chats_agent`).
pub(super) async fn owners(desk: &Desk) -> Result<Vec<AgentId>> {
    let owners: Vec<Uuid> = read!(desk.db(), c => sqlx::query_scalar(OWNERS).fetch_all(c).await)?;
    Ok(owners.into_iter().map(AgentId).collect())
}

/// Puts this agent's chat back to the head of the queue, or makes it a help request where nobody is left; another's
/// stays.
pub(super) async fn requeue(
    desk: &Desk,
    ticket: TicketId,
    from: AgentId,
    site: &Site,
) -> Result<()> {
    // Whoever is cut off puts it back, and leaves the rest to others.
    let nobody_comes = if node::read(desk).await? { abandoned(desk, site) } else { None };
    let now = desk.now();
    let requeued = retry!({
        let mut tx = desk.begin().await?;
        let mut locked = LockedTicket::lock(&mut tx, ticket, &[site.id]).await?;
        if !chats::requeue(&mut tx, desk, &mut locked, from, site, nobody_comes, now).await? {
            return Ok(());
        }
        locked.save(&mut tx).await?;
        desk.commit(tx).await
    });
    unless_gone(requeued)
}

statement!(
    OVERDUE = "
    select ticket_id, site_id
    from chats
    where state in ('waiting', 'ringing') and wait_until <= $1
    order by wait_until
    limit $2"
);
statement!(
    WAITING = "
    select ticket_id
    from chats
    where site_id = $1 and state in ('waiting', 'ringing')
    order by first_in_line desc, priority, started_at
    limit $2"
);
statement!(
    CHATS_OF = "
    select ticket_id, site_id from chats where agent_id = $1 and state = 'active'"
);
