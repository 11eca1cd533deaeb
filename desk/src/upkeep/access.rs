//! What follows when agents may see less than before (`behaviours.md`, "Closing", *Access lost*), whichever process changed them.
//!
//! Offers move on by themselves: routing asks the same rule when sites were read again.

use super::chats;
use crate::{
    Desk, Result,
    db::{Event, read, statement},
    people::{
        Agent,
        permission::{Action, On, Party, may},
        sessions,
    },
    sites::AccessChanges,
    tickets::{PlaceRow, place_columns},
};
use protocol::{AgentId, TicketId};
use std::collections::HashSet;
use uuid::Uuid;

/// Acts on what has changed since the last look. What fails is tried again at the next.
pub(super) async fn settle(desk: &Desk) {
    let changes = desk.0.sites.take_changes();
    if let Err(error) = settle_all(desk, &changes).await {
        tracing::warn!(%error, "access that was lost could not be ended everywhere");
        desk.0.sites.put_back(changes);
    }
}

async fn settle_all(desk: &Desk, changes: &AccessChanges) -> Result<()> {
    let mut agents: HashSet<AgentId> = changes.agents.keys().copied().collect();
    if changes.everybody {
        agents.extend(owners(desk).await?);
    }
    for agent in agents {
        let before = changes.agents.get(&agent).and_then(Option::as_deref);
        settle_one(desk, agent, before).await?;
    }
    Ok(())
}

/// The chats first: a watch may rest on one.
async fn settle_one(desk: &Desk, agent: AgentId, before: Option<&Agent>) -> Result<()> {
    let now = desk.find_agent(agent);
    requeue_lost(desk, agent, before, now.as_deref()).await?;
    end_watches(desk, agent, now.as_deref()).await?;
    desk.publish(Event::AccessChanged { agent });
    if now.is_none() {
        let mut tx = desk.begin().await?;
        sessions::end_all(&mut tx, agent).await?;
        desk.commit(tx).await?;
        desk.0.sessions.end_unstored(agent);
        desk.publish(Event::SignedOut { agent });
    }
    Ok(())
}

statement!(
    OWNERS = "
    select distinct agent_id from chats
    where state in ('ringing', 'active') and state = 'active' and agent_id is not null"
);

/// Agents who have an active chat.
async fn owners(desk: &Desk) -> Result<Vec<AgentId>> {
    let owners: Vec<Uuid> =
        read!(desk.db(), c => sqlx::query_scalar(OWNERS).fetch_all(c).await)?;
    Ok(owners.into_iter().map(AgentId).collect())
}

// Index chats_agent.
statement!(
    CHATS_OF = concat!(
        "select c.ticket_id,",
        place_columns!(),
        "from chats c
         join tickets t on t.id = c.ticket_id
         where c.agent_id = $1 and c.state in ('ringing', 'active') and c.state = 'active'
         order by c.accepted_at"
    )
);

#[derive(sqlx::FromRow)]
struct ChatRow {
    ticket_id: Uuid,
    #[sqlx(flatten)]
    place: PlaceRow,
}

/// The agent's chats in what they served and serve no longer go to the head of the queue.
async fn requeue_lost(
    desk: &Desk,
    agent: AgentId,
    before: Option<&Agent>,
    now: Option<&Agent>,
) -> Result<()> {
    let rows: Vec<ChatRow> = read!(desk.db(), c => sqlx::query_as(CHATS_OF)
        .bind(agent.0)
        .fetch_all(c)
        .await)?;
    for row in rows {
        // Without its chat: whether they would see the ticket if nobody had it.
        let on = On { party: Party::default(), ..row.place.on() };
        let saw = before.is_none_or(|before| may(before, Action::See, &on));
        let sees = now.is_some_and(|now| may(now, Action::See, &on));
        if saw
            && !sees
            && let Some(site) = desk.find_site_by_id(on.site)
        {
            chats::requeue(desk, TicketId(row.ticket_id), agent, &site).await?;
        }
    }
    Ok(())
}

/// The agent's consoles are told of each ticket that they watch and may see no longer.
async fn end_watches(desk: &Desk, agent: AgentId, now: Option<&Agent>) -> Result<()> {
    for ticket in desk.hub().watched_by(agent) {
        let on = desk.find_place(ticket).await?;
        let sees =
            now.zip(on.as_ref()).is_some_and(|(agent, on)| may(agent, Action::See, on));
        if !sees {
            desk.hub().end_watches(agent, ticket);
        }
    }
    Ok(())
}
