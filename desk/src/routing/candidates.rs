//! Agents at whom a chat may ring.

use crate::{
    Desk,
    sites::{Site, Staff},
};
use protocol::{AgentId, Timestamp, agent::AgentState};
use std::{sync::Arc, time::Duration};

/// An agent at whom a chat may ring.
pub(super) struct Candidate<'a> {
    pub(super) staff: &'a Staff,
    /// Chats that the agent has, or that ring there.
    pub(super) chats: u32,
    /// Since when the agent has had no chat to come free of.
    pub(super) idle_since: Timestamp,
}

/// Agents of the site who are Disponible, connected and below capacity.
pub(super) fn candidates<'a>(
    desk: &Desk,
    site: &Site,
    staff: &'a [Arc<Staff>],
) -> Vec<Candidate<'a>> {
    let is_there = |staff: &&Arc<Staff>| {
        staff.state == AgentState::Available
            && staff.serves(site.id)
            && desk.console_is_connected(staff.id)
            && desk.active_chats(staff.id) < staff.capacity_at(site)
    };
    staff
        .iter()
        .filter(is_there)
        .map(|staff| Candidate {
            staff,
            chats: desk.active_chats(staff.id),
            idle_since: desk.0.counts.idle_since(staff.id).unwrap_or(staff.since),
        })
        .collect()
}

/// Whether the agent is Disponible, and connected or gone for less than `grace` (a console that is being reloaded).
pub(crate) fn is_reachable(desk: &Desk, agent: AgentId, grace: Duration) -> bool {
    desk.0.sites.now().agent(agent).is_some_and(|agent| agent.state == AgentState::Available)
        && desk.console_gone_for(agent).is_none_or(|gone| gone < grace)
}
