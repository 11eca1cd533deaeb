//! Who is there: consoles and panels with a live socket, in this process's memory.

use crate::{Desk, hours::availability, live::Event};
use dashmap::DashMap;
use protocol::{AgentId, SiteId, TicketId, Timestamp, agent::AgentState};
use std::{collections::HashSet, time::Duration};

/// A console without a socket for this long: its agent is *Desconectado* (`behaviours.md`, "Offers").
pub(crate) const CONSOLE_GONE: Duration = Duration::from_secs(30);
/// A panel that left is remembered for this long; after that it counts as never seen.
const PANEL_KEPT: Duration = Duration::from_hours(1);

/// While it lives, a console of the agent is connected. Dropping it is the disconnection.
pub struct ConsoleGuard {
    desk: Desk,
    agent: AgentId,
}

/// While it lives, a panel of the ticket's visitor is connected.
pub struct PanelGuard {
    desk: Desk,
    ticket: TicketId,
}

/// The sockets there are, and how much each agent and site has in hand.
#[derive(Default)]
pub(crate) struct Presence {
    consoles: DashMap<AgentId, Sockets>,
    panels: DashMap<TicketId, Sockets>,
    /// Chats that wait or ring, by site.
    waiting: DashMap<SiteId, u32>,
    /// Chats that an agent has or that ring there.
    active: DashMap<AgentId, u32>,
    /// When an agent last came free of a chat or an offer.
    idle: DashMap<AgentId, Timestamp>,
    /// The place in the queue that a waiting panel was last told of.
    places: DashMap<TicketId, u32>,
}

#[derive(Default)]
struct Sockets {
    open: u32,
    /// When the last one went.
    gone_at: Timestamp,
}

/// A change of the counts, made when its transaction is committed.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Count {
    Waiting(SiteId, i32),
    Active(AgentId, i32),
}

impl Desk {
    /// A console's socket is open: the agent counts while Disponible.
    pub fn console_connected(&self, agent: AgentId) -> ConsoleGuard {
        let first = {
            let mut sockets = self.0.presence.consoles.entry(agent).or_default();
            sockets.open += 1;
            sockets.open == 1
        };
        if first {
            self.agent_changed(agent);
        }
        ConsoleGuard { desk: self.clone(), agent }
    }

    /// A visitor's socket is open on this ticket.
    pub fn panel_connected(&self, ticket: TicketId) -> PanelGuard {
        let first = {
            let mut sockets = self.0.presence.panels.entry(ticket).or_default();
            sockets.open += 1;
            sockets.open == 1
        };
        if first {
            self.0.hub.publish(Event::VisitorPresent { ticket, present: true });
        }
        PanelGuard { desk: self.clone(), ticket }
    }

    /// Whether a panel of the ticket's visitor is connected here.
    pub fn panel_is_connected(&self, ticket: TicketId) -> bool {
        self.0.presence.panels.get(&ticket).is_some_and(|sockets| sockets.open > 0)
    }

    /// Whether a console of the agent is connected here.
    pub(crate) fn console_is_connected(&self, agent: AgentId) -> bool {
        self.0.presence.consoles.get(&agent).is_some_and(|sockets| sockets.open > 0)
    }

    /// How long no console of the agent has been connected; nothing while one is. Counts from the desk's opening for
    /// an agent who was not here since, so that a restart gives consoles the time to come back.
    pub(crate) fn console_gone_for(&self, agent: AgentId) -> Option<Duration> {
        let gone_at = match self.0.presence.consoles.get(&agent) {
            Some(sockets) if sockets.open > 0 => return None,
            Some(sockets) => sockets.gone_at,
            None => self.0.opened_at,
        };
        Some(self.now().since(gone_at))
    }

    /// Whether the agent is Disponible, and connected or gone for less than `grace` (a console that is being reloaded).
    pub(crate) fn may_come(&self, agent: AgentId, grace: Duration) -> bool {
        self.0.sites.now().agent(agent).is_some_and(|agent| agent.state == AgentState::Available)
            && self.console_gone_for(agent).is_none_or(|gone| gone < grace)
    }

    /// How long no panel of the ticket has been connected; nothing while one is, [`Duration::MAX`] when none was seen.
    pub(crate) fn panel_gone_for(&self, ticket: TicketId) -> Option<Duration> {
        match self.0.presence.panels.get(&ticket) {
            Some(sockets) if sockets.open > 0 => None,
            Some(sockets) => Some(self.now().since(sockets.gone_at)),
            None => Some(Duration::MAX),
        }
    }

    /// Chats of the site that wait or ring.
    pub(crate) fn waiting_chats(&self, site: SiteId) -> u32 {
        self.0.presence.waiting.get(&site).map_or(0, |n| *n)
    }

    /// Chats that the agent has, or that ring there.
    pub(crate) fn active_chats(&self, agent: AgentId) -> u32 {
        self.0.presence.active.get(&agent).map_or(0, |n| *n)
    }

    /// Agents with at least one chat.
    pub(crate) fn busy_agents(&self) -> Vec<AgentId> {
        self.0.presence.active.iter().filter(|n| *n.value() > 0).map(|n| *n.key()).collect()
    }

    /// The agent's state or presence changed: buttons follow at once, offers move on or start over soon after.
    pub(crate) fn agent_changed(&self, agent: AgentId) {
        availability::recompute(self, None);
        self.0.offers.agent_changed(agent);
    }

    /// Sites, queues or agents changed: offers are looked at again.
    pub(crate) fn sites_changed(&self) {
        let sites: HashSet<SiteId> = self.sites().iter().map(|site| site.id).collect();
        if self.0.tickets.keep_sites(sites) {
            self.0.offers.count_again();
        }
        self.0.offers.everything_changed();
    }
}

impl Presence {
    pub(crate) fn forget_counts(&self) {
        self.waiting.clear();
        self.active.clear();
    }

    pub(crate) fn idle_since(&self, agent: AgentId) -> Option<Timestamp> {
        self.idle.get(&agent).map(|at| *at)
    }

    /// Notes the place of a waiting panel; true when it is another than before.
    pub(crate) fn moved(&self, ticket: TicketId, place: u32) -> bool {
        self.places.insert(ticket, place) != Some(place)
    }

    pub(crate) fn count(&self, count: Count, now: Timestamp) {
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

    /// Forgets panels that left long ago.
    pub(crate) fn forget(&self, now: Timestamp) {
        self.panels
            .retain(|_, sockets| sockets.open > 0 || now.since(sockets.gone_at) < PANEL_KEPT);
    }
}

impl Drop for ConsoleGuard {
    fn drop(&mut self) {
        let last = {
            let mut sockets = self.desk.0.presence.consoles.entry(self.agent).or_default();
            sockets.open = sockets.open.saturating_sub(1);
            sockets.gone_at = self.desk.now();
            sockets.open == 0
        };
        if last {
            self.desk.agent_changed(self.agent);
        }
    }
}

impl Drop for PanelGuard {
    fn drop(&mut self) {
        let last = {
            let mut sockets = self.desk.0.presence.panels.entry(self.ticket).or_default();
            sockets.open = sockets.open.saturating_sub(1);
            sockets.gone_at = self.desk.now();
            sockets.open == 0
        };
        if last {
            self.desk.0.presence.places.remove(&self.ticket);
            self.desk.0.hub.publish(Event::VisitorPresent { ticket: self.ticket, present: false });
        }
    }
}
