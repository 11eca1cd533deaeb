//! Agents at whom a chat may ring.

use crate::{
    Desk, Result,
    db::{read, statement},
    sites::{Site, Staff},
};
use protocol::{AgentId, QueueId, Timestamp, agent::AgentState};
use std::{
    collections::{HashMap, HashSet},
    time::Duration,
};
use uuid::Uuid;

/// An agent at whom a chat of a site may ring.
#[derive(Clone, Debug)]
pub(super) struct Candidate {
    pub(super) agent: AgentId,
    /// Chats that the agent has, or that ring there.
    pub(super) chats: u32,
    /// Chats that they have at a time at the most.
    pub(super) capacity: u32,
    /// Since when the agent has had no chat to come free of.
    pub(super) idle_since: Timestamp,
    /// The site's queues that the agent serves.
    pub(super) queues: HashSet<QueueId>,
}

impl Candidate {
    /// Whether a chat of this queue is theirs to take; one without a queue is everybody's.
    pub(super) fn serves(&self, queue: Option<QueueId>) -> bool {
        queue.is_none_or(|queue| self.queues.contains(&queue))
    }
}

/// Agents of the site who are Disponible and connected, however many chats they have.
pub(super) async fn candidates(desk: &Desk, site: &Site) -> Result<Vec<Candidate>> {
    let snapshot = desk.0.sites.now();
    let is_there = |staff: &Staff| {
        staff.state == AgentState::Available
            && staff.serves(site.id)
            && desk.console_is_connected(staff.id)
    };
    let mut candidates: Vec<Candidate> = snapshot
        .staff
        .iter()
        .filter(|staff| is_there(staff))
        .map(|staff| Candidate {
            agent: staff.id,
            chats: 0,
            capacity: staff.capacity_at(site),
            idle_since: desk.0.counts.idle_since(staff.id).unwrap_or(staff.since),
            queues: site
                .queues
                .iter()
                .map(|queue| queue.id)
                .filter(|queue| staff.serves_queue(site, Some(*queue)))
                .collect(),
        })
        .collect();
    if !candidates.is_empty() {
        let loads = loads(desk).await?;
        for candidate in &mut candidates {
            candidate.chats = loads.get(&candidate.agent).copied().unwrap_or(0);
        }
    }
    Ok(candidates)
}

// Indexes chats_agent, chats_guest and offers_to.
statement!(
    LOADS = "
    select agent_id, count(*) from chats where state = 'active' and agent_id is not null group by agent_id
    union all
    select guest_id, count(*) from chats where guest_id is not null group by guest_id
    union all
    select to_agent, count(*) from offers where outcome is null and to_agent is not null group by to_agent"
);

/// How many chats each agent has, is a guest of, or are ringing there: by the rows, which decide.
pub(super) async fn loads(desk: &Desk) -> Result<HashMap<AgentId, u32>> {
    let rows = read!(desk.db(), c => sqlx::query_as::<_, (Uuid, i64)>(LOADS)
        .fetch_all(c)
        .await)?;
    let mut loads: HashMap<AgentId, u32> = HashMap::new();
    for (agent, n) in rows {
        *loads.entry(AgentId(agent)).or_default() += u32::try_from(n).unwrap_or(u32::MAX);
    }
    Ok(loads)
}

/// Whether the agent may still come to those who wait: as of [`is_reachable`], or in RONA, which they leave by hand.
pub(crate) fn may_come(desk: &Desk, agent: AgentId, grace: Duration) -> bool {
    let state = desk.0.sites.now().agent(agent).map(|agent| agent.state);
    matches!(state, Some(AgentState::Available | AgentState::Rona))
        && desk.console_gone_for(agent).is_none_or(|gone| gone < grace)
}

/// Whether the agent is Disponible, and connected or gone for less than `grace` (a console that is being reloaded).
pub(crate) fn is_reachable(desk: &Desk, agent: AgentId, grace: Duration) -> bool {
    desk.0.sites.now().agent(agent).is_some_and(|agent| agent.state == AgentState::Available)
        && desk.console_gone_for(agent).is_none_or(|gone| gone < grace)
}
