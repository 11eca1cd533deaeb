//! How many chats wait at each site and how many each agent has, kept in memory beside the rows that say so.
//!
//! A transaction that changes such rows holds [`Counts::before_commit`] from before its commit until its changes are
//! counted, and whoever counts the rows holds it alone: no change is counted twice or left out, whatever else is going
//! on.

use crate::{
    Desk, Result,
    db::{Count, Tx, in_time_of, run, statement},
};
use dashmap::DashMap;
use protocol::{AgentId, SiteId, Timestamp};
use std::{collections::BTreeMap, time::Duration};
use tokio::sync::{RwLock, RwLockReadGuard};
use uuid::Uuid;

/// Rows are counted within this, or not at all.
const COUNTED_WITHIN: Duration = Duration::from_secs(10);

/// The chats under way, counted. Below nothing for a moment where what took a chat away is counted before what brought
/// it.
#[derive(Default)]
pub(crate) struct Counts {
    /// Chats that wait or ring, by site.
    waiting: DashMap<SiteId, i64>,
    /// Chats that an agent has, is a guest of, or that ring there.
    active: DashMap<AgentId, i64>,
    /// When an agent last came free of a chat or an offer.
    idle: DashMap<AgentId, Timestamp>,
    commits: RwLock<()>,
}

impl Counts {
    /// Taken before a commit whose changes are counted here, and held until they are.
    pub(crate) async fn before_commit(&self) -> RwLockReadGuard<'_, ()> {
        self.commits.read().await
    }

    pub(crate) fn add(&self, count: Count, now: Timestamp) {
        match count {
            Count::Waiting(site, by) => {
                *self.waiting.entry(site).or_default() += i64::from(by);
            }
            Count::Active(agent, by) => {
                *self.active.entry(agent).or_default() += i64::from(by);
                if by < 0 {
                    self.came_free(agent, now);
                }
            }
        }
    }

    /// The agent came free of a chat or an offer.
    pub(crate) fn came_free(&self, agent: AgentId, now: Timestamp) {
        self.idle.insert(agent, now);
    }

    /// When the agent last came free of a chat or an offer; none: not since the desk was opened.
    pub(crate) fn idle_since(&self, agent: AgentId) -> Option<Timestamp> {
        self.idle.get(&agent).map(|at| *at)
    }
}

impl Desk {
    /// Chats of the site that wait or ring.
    pub(crate) fn waiting_chats(&self, site: SiteId) -> u32 {
        self.0.counts.waiting.get(&site).map_or(0, |n| at_least_none(*n))
    }

    /// Chats that the agent has, or that ring there.
    pub(crate) fn active_chats(&self, agent: AgentId) -> u32 {
        self.0.counts.active.get(&agent).map_or(0, |n| at_least_none(*n))
    }
}

/// A count as it is read.
fn at_least_none(n: i64) -> u32 {
    u32::try_from(n.max(0)).unwrap_or(u32::MAX)
}

statement!(
    COUNT_WAITING = "
    select site_id, count(*) from chats where state in ('waiting', 'ringing') group by site_id"
);
// Index chats_agent.
statement!(
    COUNT_ACTIVE = "
    select agent_id, count(*) from chats where state = 'active' and agent_id is not null group by agent_id"
);
// Index chats_guest.
statement!(
    COUNT_GUESTS = "
    select guest_id, count(*) from chats where guest_id is not null group by guest_id"
);
// Index offers_to.
statement!(
    COUNT_RINGING = "
    select to_agent, count(*) from offers where outcome is null and to_agent is not null group by to_agent"
);

/// The rows, counted.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Counted {
    pub(crate) waiting: BTreeMap<SiteId, i64>,
    pub(crate) active: BTreeMap<AgentId, i64>,
}

/// Counts the rows: when the desk is opened, when a site is gone with its chats, after a commit of another process, and
/// after one of which nobody knows whether it took place.
pub(crate) async fn load(desk: &Desk) -> Result<()> {
    let counts = &desk.0.counts;
    // A connection first: those who are about to commit have theirs, and wait for nothing but this.
    let mut tx = desk.begin().await?;
    let _alone = counts.commits.write().await;
    // Everybody who commits waits for this.
    let counted = in_time_of(COUNTED_WITHIN, count(&mut tx)).await?;
    counts.waiting.clear();
    counts.active.clear();
    for (site, n) in counted.waiting {
        counts.waiting.insert(site, n);
    }
    for (agent, n) in counted.active {
        counts.active.insert(agent, n);
    }
    Ok(())
}

async fn count(tx: &mut Tx) -> Result<Counted> {
    type Row = (Uuid, i64);
    let mut counted = Counted::default();
    let waiting = run!(tx, c => sqlx::query_as::<_, Row>(COUNT_WAITING).fetch_all(c).await)?;
    for (site, n) in waiting {
        counted.waiting.insert(SiteId(site), n);
    }
    for sql in [COUNT_ACTIVE, COUNT_GUESTS, COUNT_RINGING] {
        let rows = run!(tx, c => sqlx::query_as::<_, Row>(sql).fetch_all(c).await)?;
        for (agent, n) in rows {
            *counted.active.entry(AgentId(agent)).or_default() += n;
        }
    }
    Ok(counted)
}

/// What is counted in memory and what the rows say at the same instant.
#[cfg(test)]
pub(crate) async fn compared(desk: &Desk) -> Result<(Counted, Counted)> {
    let counts = &desk.0.counts;
    let mut tx = desk.begin().await?;
    let _alone = counts.commits.write().await;
    let by_rows = count(&mut tx).await?;
    let in_memory = Counted {
        waiting: counts.waiting.iter().filter(|n| **n != 0).map(|n| (*n.key(), *n)).collect(),
        active: counts.active.iter().filter(|n| **n != 0).map(|n| (*n.key(), *n)).collect(),
    };
    Ok((in_memory, by_rows))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_counted_out_of_order_is_counted_right() {
        let (counts, agent) = (Counts::default(), AgentId(Uuid::from_u128(1)));
        for by in [-1, 1, 1, -1] {
            counts.add(Count::Active(agent, by), Timestamp(0));
        }
        assert_eq!(counts.active.get(&agent).map(|n| *n), Some(0));
        assert_eq!((at_least_none(-1), at_least_none(2)), (0, 2));
    }
}
