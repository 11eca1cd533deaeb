//! Who is there: consoles with an open socket, here and at other processes, and who types.

use super::nodes::{Found, MOVING};
use crate::{Desk, Moment};
use dashmap::{DashMap, Entry};
use protocol::{AgentId, TicketId};
use std::time::Duration;

/// A console without a socket for this long: its agent is *Desconectado* (`behaviours.md`, "Offers").
pub(crate) const CONSOLE_GONE: Duration = Duration::from_secs(30);
/// Who types is shown to others at most this often (`behaviours.md`, "Delivery contract", 8).
const TYPING_EVERY: Duration = Duration::from_secs(2);

/// The open sockets of agents, and who types.
#[derive(Default)]
pub(crate) struct Presence {
    consoles: DashMap<AgentId, Sockets>,
    /// When it was last shown who types on a ticket; none: its visitor.
    typing: DashMap<(TicketId, Option<AgentId>), Moment>,
}

#[derive(Default)]
pub(super) struct Sockets {
    pub(super) open: u32,
    /// Since when one is open, or none any more.
    pub(super) since: Moment,
}

impl Sockets {
    /// One more; true when it is the first.
    pub(super) fn open(&mut self, now: Moment) -> bool {
        self.open += 1;
        let first = self.open == 1;
        if first {
            self.since = now;
        }
        first
    }

    /// One less; true when it was the last.
    pub(super) fn close(&mut self, now: Moment) -> bool {
        self.open = self.open.saturating_sub(1);
        let last = self.open == 0;
        if last {
            self.since = now;
        }
        last
    }
}

impl Presence {
    /// A console of the agent was connected; true when it is the first.
    pub(crate) fn console_opened(&self, agent: AgentId, now: Moment) -> bool {
        self.consoles.entry(agent).or_default().open(now)
    }

    /// A console of the agent was disconnected; true when it was the last.
    pub(crate) fn console_closed(&self, agent: AgentId, now: Moment) -> bool {
        self.consoles.entry(agent).or_default().close(now)
    }

    /// Whether a console of the agent is open here, and since when; none: there never was one.
    pub(super) fn find_console(&self, agent: AgentId) -> Option<(bool, Moment)> {
        self.consoles.get(&agent).map(|sockets| (sockets.open > 0, sockets.since))
    }

    /// The agents who have or had a console here.
    pub(super) fn agents(&self) -> Vec<AgentId> {
        self.consoles.iter().map(|sockets| *sockets.key()).collect()
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

    /// Forgets who typed.
    pub(crate) fn forget_old(&self, now: Moment) {
        self.typing.retain(|_, last| now.since(*last) < TYPING_EVERY);
    }
}

impl Desk {
    /// Whether a console of the agent is connected, at whichever process.
    pub(crate) fn console_is_connected(&self, agent: AgentId) -> bool {
        self.console_gone_for(agent).is_none()
    }

    /// How long no console of the agent has been connected at any process; none while one is. Counts from the desk's
    /// opening for an agent whom nobody has seen since, so that a restart gives consoles the time to come back.
    pub(crate) fn console_gone_for(&self, agent: AgentId) -> Option<Duration> {
        let now = self.moment();
        let here = match self.0.presence.find_console(agent) {
            Some((true, _)) => return None,
            // This process goes away, and the console with it to another.
            Some((false, since)) if self.0.nodes.is_stopping() && now.since(since) < MOVING => {
                return None;
            }
            Some((false, since)) => Some(now.since(since)),
            None => None,
        };
        let elsewhere = match self.0.nodes.find(agent, now) {
            Found::Connected => return None,
            Found::GoneFor(span) => Some(span),
            Found::Nowhere => None,
        };
        // The last of them that went.
        let last = here.into_iter().chain(elsewhere).min();
        Some(last.unwrap_or_else(|| now.since(self.0.opened_at)))
    }
}
