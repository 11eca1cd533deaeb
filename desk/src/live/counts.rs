//! How many chats wait at each site and how many each agent has, kept in memory beside the rows that say so.

use crate::{
    Desk, Result,
    db::{Count, read, statement},
};
use dashmap::DashMap;
use protocol::{AgentId, SiteId, Timestamp};
use uuid::Uuid;

/// The chats under way, counted.
#[derive(Default)]
pub(crate) struct Counts {
    /// Chats that wait or ring, by site.
    waiting: DashMap<SiteId, u32>,
    /// Chats that an agent has or that ring there.
    active: DashMap<AgentId, u32>,
    /// When an agent last came free of a chat or an offer.
    idle: DashMap<AgentId, Timestamp>,
}

impl Counts {
    pub(crate) fn add(&self, count: Count, now: Timestamp) {
        fn add(n: &mut u32, by: i32) {
            *n = n.saturating_add_signed(by);
        }
        match count {
            Count::Waiting(site, by) => add(&mut self.waiting.entry(site).or_default(), by),
            Count::Active(agent, by) => {
                add(&mut self.active.entry(agent).or_default(), by);
                if by < 0 {
                    self.idle.insert(agent, now);
                }
            }
        }
    }

    /// When the agent last came free of a chat or an offer; none: not since the desk was opened.
    pub(crate) fn idle_since(&self, agent: AgentId) -> Option<Timestamp> {
        self.idle.get(&agent).map(|at| *at)
    }
}

impl Desk {
    /// Chats of the site that wait or ring.
    pub(crate) fn waiting_chats(&self, site: SiteId) -> u32 {
        self.0.counts.waiting.get(&site).map_or(0, |n| *n)
    }

    /// Chats that the agent has, or that ring there.
    pub(crate) fn active_chats(&self, agent: AgentId) -> u32 {
        self.0.counts.active.get(&agent).map_or(0, |n| *n)
    }

    /// Agents with at least one chat.
    pub(crate) fn busy_agents(&self) -> Vec<AgentId> {
        self.0.counts.active.iter().filter(|n| *n.value() > 0).map(|n| *n.key()).collect()
    }
}

statement!(
    COUNT_WAITING = "
    select site_id, count(*) from chats where state in ('waiting', 'ringing') group by site_id"
);
statement!(
    COUNT_ACTIVE = "
    select agent_id, count(*) from chats
    where state in ('ringing', 'active') and agent_id is not null
    group by agent_id"
);

/// Counts the rows: when the desk is opened, and when a site is gone with its chats.
pub(crate) async fn load(desk: &Desk) -> Result<()> {
    type Row = (Uuid, i64);
    let now = desk.now();
    let by = |n: i64| i32::try_from(n).unwrap_or(i32::MAX);
    let waiting = read!(desk.db(), c => sqlx::query_as::<_, Row>(COUNT_WAITING)
        .fetch_all(c)
        .await)?;
    let active = read!(desk.db(), c => sqlx::query_as::<_, Row>(COUNT_ACTIVE)
        .fetch_all(c)
        .await)?;
    let counts = &desk.0.counts;
    counts.waiting.clear();
    counts.active.clear();
    for (site, n) in waiting {
        counts.add(Count::Waiting(SiteId(site), by(n)), now);
    }
    for (agent, n) in active {
        counts.add(Count::Active(AgentId(agent), by(n)), now);
    }
    Ok(())
}
