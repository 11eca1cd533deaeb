//! What follows when agents may see less than before (`behaviours.md`, "Closing", *Access lost*), whichever process
//! changed them.
//!
//! Offers move on by themselves: routing asks the same rule when sites were read again.

use super::chats;
use crate::{
    Desk, Result,
    db::{Event, read, retry, statement},
    people::{
        Agent,
        permission::{Action, On, Party, may},
        sessions,
    },
    sites::{AccessChanges, Site},
    tickets::{PlaceRow, place_columns},
};
use protocol::{AgentId, SiteId, TicketId};
use std::{collections::HashSet, mem, sync::Arc};
use uuid::Uuid;

/// Acts on what has changed since the last look. Of whom it fails it is tried again at the next.
pub(super) async fn settle(desk: &Desk) {
    let mut left = Left { desk, changes: desk.0.sites.take_changes() };
    if left.changes.everybody {
        match chats::owners(desk).await {
            Ok(owners) => {
                for owner in owners {
                    left.changes.agents.entry(owner).or_insert(None);
                }
                left.changes.everybody = false;
            }
            Err(error) => tracing::warn!(%error, "who has chats could not be read"),
        }
    }
    for (agent, before) in left.changes.agents.clone() {
        match settle_one(desk, agent, before.as_deref()).await {
            Ok(()) => _ = left.changes.agents.remove(&agent),
            Err(error) => {
                tracing::warn!(%agent, %error, "access that was lost could not be ended everywhere");
            }
        }
    }
}

/// What is still to be done, kept for the next look also when this one is given up in the middle.
struct Left<'a> {
    desk: &'a Desk,
    changes: AccessChanges,
}

impl Drop for Left<'_> {
    fn drop(&mut self) {
        self.desk.0.sites.put_back(mem::take(&mut self.changes));
    }
}

/// What was being acted on is not known any more: all who have chats are looked at again.
pub(super) fn look_at_everybody(desk: &Desk) {
    desk.0.sites.put_back(AccessChanges { everybody: true, ..AccessChanges::default() });
}

async fn settle_one(desk: &Desk, agent: AgentId, before: Option<&Agent>) -> Result<()> {
    let now = desk.find_agent(agent);
    let lost = lost_chats(desk, agent, before, now.as_deref()).await?;
    let conferences = lost_conferences(desk, agent, now.as_deref()).await?;
    let leaves: HashSet<TicketId> =
        lost.iter().chain(&conferences).map(|(ticket, _)| *ticket).collect();
    // First, so that nothing of what follows is heard; and again, for what was looked at in between as its chat's
    // owner.
    end_watches(desk, agent, before, now.as_deref(), &leaves).await?;
    for (ticket, site) in lost {
        chats::requeue(desk, ticket, agent, &site).await?;
    }
    for (ticket, site) in conferences {
        chats::take_out_guest(desk, ticket, agent, &site).await?;
    }
    end_watches(desk, agent, before, now.as_deref(), &leaves).await?;
    desk.publish(Event::AccessChanged { agent });
    if now.is_none() {
        retry!({
            let mut tx = desk.begin().await?;
            sessions::end_all(&mut tx, agent).await?;
            desk.commit(tx).await
        })?;
        desk.0.sessions.end_unstored(agent);
        desk.publish(Event::SignedOut { agent });
    }
    Ok(())
}

// Index chats_agent.
statement!(
    CHATS_OF = concat!(
        "select c.ticket_id, exists (
           select 1 from handovers h
           where h.chat_id = c.id and h.kind = 'transfer' and h.outcome = 'accepted'
             and h.accepted_by = c.agent_id and h.to_agent is not null
             and h.settled_at = c.accepted_at) as was_handed,",
        place_columns!(),
        "from chats c
         join tickets t on t.id = c.ticket_id
         where c.agent_id = $1 and c.state = 'active'
         order by c.accepted_at"
    )
);

#[derive(sqlx::FromRow)]
struct ChatRow {
    ticket_id: Uuid,
    /// It was handed to the agent by name, whatever queues they serve.
    was_handed: bool,
    #[sqlx(flatten)]
    place: PlaceRow,
}

/// The agent's chats in what they served and serve no longer, with their sites.
async fn lost_chats(
    desk: &Desk,
    agent: AgentId,
    before: Option<&Agent>,
    now: Option<&Agent>,
) -> Result<Vec<(TicketId, Arc<Site>)>> {
    let rows: Vec<ChatRow> = read!(desk.db(), c => sqlx::query_as(CHATS_OF)
        .bind(agent.0)
        .fetch_all(c)
        .await)?;
    let mut lost = Vec::new();
    // A removed agent's chats stay where they are: they can only be ended.
    if desk.0.sites.now().removed.contains(&agent) {
        return Ok(lost);
    }
    for row in rows {
        let on = row.place.on()?;
        let serves = now.is_some_and(|now| now.sites.contains_key(&on.site));
        let stays = row.was_handed && serves;
        let is_lost = !stays && is_lost(before, now, &on);
        if let Some(site) = desk.find_site_by_id(on.site).filter(|_| is_lost) {
            lost.push((TicketId(row.ticket_id), site));
        }
    }
    Ok(lost)
}

// Index chats_guest.
statement!(GUEST_OF = "select ticket_id, site_id from chats where guest_id = $1");

/// Chats that the agent is a guest of at sites that they serve no longer: a guest needs no queue.
async fn lost_conferences(
    desk: &Desk,
    agent: AgentId,
    now: Option<&Agent>,
) -> Result<Vec<(TicketId, Arc<Site>)>> {
    let rows: Vec<(Uuid, Uuid)> = read!(desk.db(), c => sqlx::query_as(GUEST_OF)
        .bind(agent.0)
        .fetch_all(c)
        .await)?;
    let lost = |(ticket, site): (Uuid, Uuid)| {
        let site = desk.find_site_by_id(SiteId(site))?;
        let serves = now.is_some_and(|now| now.sites.contains_key(&site.id));
        (!serves).then_some((TicketId(ticket), site))
    };
    Ok(rows.into_iter().filter_map(lost).collect())
}

/// The agent's consoles are told of each ticket that they watch and may see no longer. `leaves`: those of the chats that
/// go on without the agent. Of all others whoever has the chat, or is its guest, sees it as before.
async fn end_watches(
    desk: &Desk,
    agent: AgentId,
    before: Option<&Agent>,
    now: Option<&Agent>,
    leaves: &HashSet<TicketId>,
) -> Result<()> {
    for ticket in desk.hub().watched_by(agent) {
        let on = match (desk.find_place(ticket).await?, now) {
            (Some(on), Some(now)) => Some(desk.with_mention(now, ticket, on).await?),
            (on, _) => on,
        };
        let stays = now.zip(on.as_ref()).is_some_and(|(now, on)| {
            let Party { owner, guest, mentioned, .. } = on.party;
            let is_in_chat = [owner, guest].contains(&Some(now.id)) && !leaves.contains(&ticket);
            let is_called = mentioned == Some(now.id);
            may(now, Action::See, on)
                && (is_called || is_in_chat || !is_lost(before, Some(now), on))
        });
        if !stays {
            desk.hub().end_watches(agent, ticket);
        }
    }
    Ok(())
}

/// Whether the agent served where this lies, and serves it no longer. A chat that they have there is on its way
/// to somebody else.
fn is_lost(before: Option<&Agent>, now: Option<&Agent>, on: &On) -> bool {
    let on = On { party: Party::default(), ..*on };
    before.is_none_or(|before| may(before, Action::See, &on))
        && !now.is_some_and(|now| may(now, Action::See, &on))
}
