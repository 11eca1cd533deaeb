//! Whom a chat can be handed to, or who can be asked to join it, as of now.

use super::candidates::{candidates, loads};
use crate::{
    Desk, Result,
    live::{CONSOLE_GONE, On},
    sites::{Site, Staff},
};
use protocol::{
    AgentId,
    agent::{AgentState, AgentTarget, Presence, QueueTarget, Targets},
};

/// The queues and the other agents of a chat's site.
pub(crate) async fn targets(desk: &Desk, site: &Site, on: &On) -> Result<Targets> {
    let is_in_it = |agent: AgentId| on.party.talks(agent);
    let candidates = candidates(desk, site).await?;
    let can_be_rung: Vec<_> =
        candidates.iter().filter(|one| one.chats < one.capacity && !is_in_it(one.agent)).collect();
    let snapshot = desk.0.sites.now();
    let staff: Vec<_> = snapshot
        .staff
        .iter()
        .filter(|staff| staff.serves(site.id) && !is_in_it(staff.id))
        .collect();
    let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    let queues = site.queues.iter().map(|queue| QueueTarget {
        queue: queue.id,
        name: queue.name.to_string(),
        free: count(can_be_rung.iter().filter(|one| one.serves(Some(queue.id))).count()),
        agents: count(
            staff.iter().filter(|staff| staff.serves_queue(site, Some(queue.id))).count(),
        ),
        current: on.queue == Some(queue.id),
    });
    let loads = loads(desk).await?;
    let mut agents: Vec<AgentTarget> = staff
        .iter()
        .map(|staff| AgentTarget {
            agent: staff.id,
            name: staff.name.clone(),
            state: presence(desk, staff),
            reason: staff.reason.clone(),
            since: staff.since,
            load: loads.get(&staff.id).copied().unwrap_or(0),
            capacity: staff.capacity_at(site),
            free: can_be_rung.iter().any(|one| one.agent == staff.id),
        })
        .collect();
    agents.sort_by(|one, other| {
        (!one.free, one.name.to_lowercase()).cmp(&(!other.free, other.name.to_lowercase()))
    });
    Ok(Targets { queues: queues.collect(), agents })
}

/// Where the agent is for colleagues.
fn presence(desk: &Desk, staff: &Staff) -> Presence {
    if desk.console_gone_for(staff.id).is_some_and(|gone| gone >= CONSOLE_GONE) {
        return Presence::Offline;
    }
    match staff.state {
        AgentState::Available => Presence::Available,
        AgentState::Away => Presence::Away,
        AgentState::Rona => Presence::Rona,
    }
}
