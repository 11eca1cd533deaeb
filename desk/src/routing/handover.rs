//! At whom a transfer or conference rings next: the agent who was asked, or the agents of the queue that was, each once
//! (`behaviours.md`, "Offers"). Nobody left: nothing comes of it, and the chat stays where it is.

use super::{
    candidates::{Candidate, candidates},
    pick::best,
};
use crate::{
    Desk, Result,
    chats::{handover, outcome::Outcome},
    db::{read, retry, statement},
    sites::Site,
    tickets::LockedTicket,
};
use protocol::{
    AgentId, HandoverId, OfferId, QueueId, SiteId, TicketId,
    agent::{HandoverKind, HandoverOutcome},
};
use std::collections::{HashMap, HashSet, hash_map::Entry};
use uuid::Uuid;

/// Those that are looked at in one go, the oldest first.
const LOOKED_AT: i64 = 500;

/// A transfer or conference that rings nowhere.
#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    #[sqlx(try_from = "String")]
    kind: HandoverKind,
    ticket_id: Uuid,
    site_id: Uuid,
    to_queue: Option<Uuid>,
    to_agent: Option<Uuid>,
    owner: Option<Uuid>,
    guest: Option<Uuid>,
}

// Index handovers_open.
statement!(
    SILENT = "
    select h.id, h.kind, h.ticket_id, h.site_id, h.to_queue, h.to_agent, c.agent_id as owner, c.guest_id as guest
    from handovers h
    join chats c on c.id = h.chat_id
    where h.outcome is null and not exists (
      select 1 from offers o where o.chat_id = h.chat_id and o.kind = h.kind and o.outcome is null)
    order by h.asked_at
    limit $1"
);
// Index offers_handover.
statement!(
    TRIED = "
    select handover_id, to_agent
    from offers
    where handover_id in (select id from handovers where outcome is null) and to_agent is not null"
);

/// Lets each ring that rings nowhere, or gives it up.
pub(super) async fn look(desk: &Desk) -> Result<()> {
    let rows = read!(desk.db(), c => sqlx::query_as::<_, Row>(SILENT)
        .bind(LOOKED_AT)
        .fetch_all(c)
        .await)?;
    if rows.is_empty() {
        return Ok(());
    }
    let tried: Vec<(Uuid, Uuid)> = read!(desk.db(), c => sqlx::query_as(TRIED).fetch_all(c).await)?;
    let tried: HashSet<(HandoverId, AgentId)> =
        tried.into_iter().map(|(id, agent)| (HandoverId(id), AgentId(agent))).collect();
    let mut by_site: HashMap<SiteId, Vec<Candidate>> = HashMap::new();
    for row in rows {
        let Some(site) = desk.find_site_by_id(SiteId(row.site_id)) else { continue };
        let candidates = match by_site.entry(site.id) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(place) => place.insert(candidates(desk, &site).await?),
        };
        let at = pick(&row, candidates, &tried);
        if let Some(at) = at {
            note_ring(&mut by_site, at);
        }
        ring_or_give_up(desk, &site, &row, at).await?;
    }
    Ok(())
}

/// They count as having one chat more from now on, whichever site asks next.
fn note_ring(by_site: &mut HashMap<SiteId, Vec<Candidate>>, agent: AgentId) {
    let everywhere = by_site.values_mut().flatten().filter(|one| one.agent == agent);
    everywhere.for_each(|one| one.chats += 1);
}

/// The next agent to ring at.
fn pick(
    row: &Row,
    candidates: &[Candidate],
    tried: &HashSet<(HandoverId, AgentId)>,
) -> Option<AgentId> {
    let is_in_it = |agent: AgentId| {
        let takes_over = row.kind == HandoverKind::Transfer;
        Some(agent.0) == row.owner || !takes_over && Some(agent.0) == row.guest
    };
    let has_room = |one: &Candidate| one.chats < one.capacity || Some(one.agent.0) == row.guest;
    let may = |one: &Candidate| {
        let is_asked = match (row.to_agent, row.to_queue) {
            (Some(agent), _) => one.agent == AgentId(agent),
            (None, queue) => queue.is_some() && one.serves(queue.map(QueueId)),
        };
        is_asked
            && has_room(one)
            && !is_in_it(one.agent)
            && !tried.contains(&(HandoverId(row.id), one.agent))
    };
    best(candidates, may).map(|next| candidates[next].agent)
}

async fn ring_or_give_up(desk: &Desk, site: &Site, row: &Row, at: Option<AgentId>) -> Result<()> {
    let now = desk.now();
    let until = desk.due_now() + site.limits.ring_time;
    let offer = OfferId(desk.clock().new_id());
    retry!({
        let mut tx = desk.begin().await?;
        let ticket = TicketId(row.ticket_id);
        let mut locked = LockedTicket::lock(&mut tx, ticket, &[site.id]).await?;
        let Some(chat) = locked.chat else { return Ok(()) };
        let open = handover::find(&mut tx, chat.id).await?;
        let Some(open) = open.filter(|open| open.id.0 == row.id && chat.asked.is_none()) else {
            return Ok(());
        };
        match at {
            Some(at) => {
                let span = (now, until);
                if !handover::ring(&mut tx, &mut locked, &open, offer, at, span).await? {
                    return Ok(());
                }
                // The ticket's row is as it was: nobody but whom it rings at hears of it.
            }
            None => {
                let nobody = (Outcome::Withdrawn, HandoverOutcome::NobodyLeft);
                handover::abandon(&mut tx, desk, &mut locked, &open, nobody, now).await?;
                locked.save(&mut tx).await?;
            }
        }
        desk.commit(tx).await
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::Timestamp;

    #[test]
    fn who_rings_for_one_site_has_no_room_at_another() {
        let agent = AgentId(Uuid::from_u128(1));
        let idle_since = Timestamp(0);
        let one = Candidate { agent, chats: 0, capacity: 1, idle_since, queues: HashSet::new() };
        let [here, there] = [1, 2].map(|n| SiteId(Uuid::from_u128(n)));
        let mut by_site = HashMap::from([(here, vec![one.clone()]), (there, vec![one])]);
        let row = |n, site: SiteId| Row {
            id: Uuid::from_u128(n),
            kind: HandoverKind::Transfer,
            ticket_id: Uuid::from_u128(n),
            site_id: site.0,
            to_queue: None,
            to_agent: Some(agent.0),
            owner: None,
            guest: None,
        };
        let tried = HashSet::new();
        assert_eq!(pick(&row(3, here), &by_site[&here], &tried), Some(agent));
        note_ring(&mut by_site, agent);
        assert_eq!(pick(&row(4, there), &by_site[&there], &tried), None);
    }
}
