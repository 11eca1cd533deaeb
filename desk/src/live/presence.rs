//! Who is there: consoles and panels with an open socket, in this process's memory.

use crate::{Desk, Moment, db::Event};
use dashmap::{DashMap, Entry};
use protocol::{AgentId, TicketId};
use std::time::Duration;

/// A console without a socket for this long: its agent is *Desconectado* (`behaviours.md`, "Offers").
pub(crate) const CONSOLE_GONE: Duration = Duration::from_secs(30);
/// A panel that left is remembered for this long; after that it counts as never seen.
const PANEL_KEPT: Duration = Duration::from_hours(1);

/// Who types is shown to others at most this often (`behaviours.md`, "Delivery contract", 8).
const TYPING_EVERY: Duration = Duration::from_secs(2);

/// While it lives, a panel of the ticket's visitor is connected. Dropping it is the disconnection.
pub struct PanelGuard {
    desk: Desk,
    ticket: TicketId,
}

/// The open sockets of agents and visitors.
#[derive(Default)]
pub(crate) struct Presence {
    consoles: DashMap<AgentId, Sockets>,
    panels: DashMap<TicketId, Sockets>,
    /// The place in the queue that each waiting panel has been sent.
    places: DashMap<TicketId, u32>,
    /// When it was last shown who types on a ticket; none: its visitor.
    typing: DashMap<(TicketId, Option<AgentId>), Moment>,
}

#[derive(Default)]
struct Sockets {
    open: u32,
    /// When the last one was closed.
    gone_at: Moment,
}

impl Sockets {
    /// One more; true when it is the first.
    fn open(&mut self) -> bool {
        self.open += 1;
        self.open == 1
    }

    /// One less; true when it was the last.
    fn close(&mut self, now: Moment) -> bool {
        self.open = self.open.saturating_sub(1);
        self.gone_at = now;
        self.open == 0
    }
}

impl Presence {
    /// A console of the agent was connected; true when it is the first.
    pub(crate) fn console_opened(&self, agent: AgentId) -> bool {
        self.consoles.entry(agent).or_default().open()
    }

    /// A console of the agent was disconnected; true when it was the last.
    pub(crate) fn console_closed(&self, agent: AgentId, now: Moment) -> bool {
        self.consoles.entry(agent).or_default().close(now)
    }

    /// Notes the place that a waiting panel is sent; true when it is another than before.
    pub(crate) fn place_changed(&self, ticket: TicketId, place: u32) -> bool {
        self.places.insert(ticket, place) != Some(place)
    }

    /// Notes that somebody types; false when that was shown a moment ago.
    pub(crate) fn shows_typing(&self, ticket: TicketId, by: Option<AgentId>, now: Moment) -> bool {
        match self.typing.entry((ticket, by)) {
            Entry::Occupied(last) if now.since(*last.get()) < TYPING_EVERY => false,
            entry => {
                entry.insert(now);
                true
            }
        }
    }

    /// Forgets panels that left long ago, and who typed.
    pub(crate) fn forget_old(&self, now: Moment) {
        self.typing.retain(|_, last| now.since(*last) < TYPING_EVERY);
        self.panels
            .retain(|_, sockets| sockets.open > 0 || now.since(sockets.gone_at) < PANEL_KEPT);
    }
}

impl Desk {
    /// A visitor's socket is open on this ticket.
    pub fn panel_connected(&self, ticket: TicketId) -> PanelGuard {
        let first = self.0.presence.panels.entry(ticket).or_default().open();
        if first {
            self.publish(Event::VisitorPresent { ticket, present: true });
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

    /// How long no console of the agent has been connected; none while one is. Counts from the desk's opening for
    /// an agent who was not here since, so that a restart gives consoles the time to come back.
    pub(crate) fn console_gone_for(&self, agent: AgentId) -> Option<Duration> {
        let gone_at = match self.0.presence.consoles.get(&agent) {
            Some(sockets) if sockets.open > 0 => return None,
            Some(sockets) => sockets.gone_at,
            None => self.0.opened_at,
        };
        Some(self.moment().since(gone_at))
    }

    /// How long no panel of the ticket has been connected; none while one is, [`Duration::MAX`] when none was seen.
    pub(crate) fn panel_gone_for(&self, ticket: TicketId) -> Option<Duration> {
        match self.0.presence.panels.get(&ticket) {
            Some(sockets) if sockets.open > 0 => None,
            Some(sockets) => Some(self.moment().since(sockets.gone_at)),
            None => Some(Duration::MAX),
        }
    }
}

impl Drop for PanelGuard {
    fn drop(&mut self) {
        let now = self.desk.moment();
        let presence = &self.desk.0.presence;
        let last = presence.panels.entry(self.ticket).or_default().close(now);
        if last {
            presence.places.remove(&self.ticket);
            self.desk.publish(Event::VisitorPresent { ticket: self.ticket, present: false });
        }
    }
}
