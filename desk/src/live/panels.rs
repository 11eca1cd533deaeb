//! Visitors' panels with an open socket: those of this process, and those that the others say they have.
//!
//! A process tells the others of the first panel of a ticket that comes to it and of the last that goes. Who has heard
//! nothing of a ticket asks, and whoever has its panel answers. What was heard is in memory alone: with a connection
//! that was lost it is forgotten, with a process that is gone its panels are.

use super::{nodes::NodeId, presence::Sockets, relay::Notice};
use crate::{Desk, Moment, db::Event};
use dashmap::DashMap;
use protocol::{SiteId, TicketId};
use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

/// A panel that left is remembered for this long; after that it counts as never seen.
const KEPT: Duration = Duration::from_hours(1);
/// Whoever has a panel says so within this time after it was asked for.
const ANSWERS_WITHIN: Duration = Duration::from_secs(10);

/// While it lives, a panel of the ticket's visitor is connected. Dropping it is the disconnection.
pub struct PanelGuard {
    desk: Desk,
    ticket: TicketId,
}

/// The open panels.
#[derive(Default)]
pub(crate) struct Panels {
    here: DashMap<TicketId, Sockets>,
    elsewhere: DashMap<TicketId, Elsewhere>,
    /// Since when other processes have been heard without a gap.
    heard_since: Mutex<Moment>,
    /// The places in the line that a site's waiting panels were told last.
    places: DashMap<SiteId, HashMap<TicketId, u32>>,
}

/// A ticket's panels at other processes.
#[derive(Default)]
struct Elsewhere {
    /// Those that have one, and when they said so last.
    nodes: HashMap<NodeId, Moment>,
    /// When it was last asked for.
    asked_at: Option<Moment>,
    /// When the last one went; none: it has never been there.
    gone_at: Option<Moment>,
}

impl Elsewhere {
    /// Whoever is asked and does not answer has it no longer.
    fn is_there(&self, now: Moment) -> bool {
        let waits = self.asked_at.is_some_and(|asked| now.since(asked) < ANSWERS_WITHIN);
        self.nodes.values().any(|said| waits || self.asked_at.is_none_or(|asked| asked <= *said))
    }

    /// None: not as far as is known.
    fn gone_at(&self) -> Option<Moment> {
        self.gone_at.max(self.asked_at.filter(|_| !self.nodes.is_empty()))
    }

    /// The process has it no longer; true when nobody has it any more.
    fn go(&mut self, node: NodeId, now: Moment) -> bool {
        let was_there = self.is_there(now);
        if self.nodes.remove(&node).is_some() {
            self.gone_at = Some(now);
        }
        was_there && !self.is_there(now)
    }
}

impl Panels {
    fn is_here(&self, ticket: TicketId) -> bool {
        self.here.get(&ticket).is_some_and(|sockets| sockets.open > 0)
    }

    /// Notes the places of a site's line; those that are other than before are to be told.
    pub(crate) fn note_places(
        &self,
        site: SiteId,
        places: HashMap<TicketId, u32>,
    ) -> Vec<TicketId> {
        let before = if places.is_empty() {
            self.places.remove(&site).map(|(_, before)| before)
        } else {
            self.places.insert(site, places.clone())
        };
        let before = before.unwrap_or_default();
        let is_other = |(ticket, place): &(TicketId, u32)| before.get(ticket) != Some(place);
        places.into_iter().filter(is_other).map(|(ticket, _)| ticket).collect()
    }

    /// What other processes said has a gap: whatever matters is asked for again.
    pub(crate) fn forget_elsewhere(&self, now: Moment) {
        *self.heard_since.lock().unwrap_or_else(PoisonError::into_inner) = now;
        self.elsewhere.clear();
    }

    /// Forgets panels that left long ago.
    pub(crate) fn forget_old(&self, now: Moment) {
        let is_old = |gone_at: Moment| now.since(gone_at) >= KEPT;
        self.here.retain(|_, sockets| sockets.open > 0 || !is_old(sockets.since));
        self.elsewhere.retain(|_, panels| {
            panels.is_there(now) || !panels.gone_at.max(panels.asked_at).is_none_or(is_old)
        });
    }
}

impl Desk {
    /// A visitor's socket is open on this ticket.
    pub fn panel_connected(&self, ticket: TicketId) -> PanelGuard {
        let mut here = self.0.panels.here.entry(ticket).or_default();
        let first = here.open(self.moment());
        if first {
            // While it is held: what is told comes in the order in which it happened.
            self.notify(Notice::Panel { ticket, present: true });
        }
        drop(here);
        if first {
            self.publish(Event::VisitorPresent { ticket, present: true });
        }
        PanelGuard { desk: self.clone(), ticket }
    }

    /// Whether a panel of the ticket's visitor is connected, as far as is known.
    pub fn panel_is_connected(&self, ticket: TicketId) -> bool {
        let panels = &self.0.panels;
        let now = self.moment();
        panels.is_here(ticket)
            || panels.elsewhere.get(&ticket).is_some_and(|panels| panels.is_there(now))
    }

    /// How long no panel of the ticket has been connected; none while one is, [`Duration::MAX`] when none was seen.
    pub(crate) fn panel_gone_for(&self, ticket: TicketId) -> Option<Duration> {
        if self.panel_is_connected(ticket) {
            return None;
        }
        let panels = &self.0.panels;
        let here = panels.here.get(&ticket).map(|sockets| sockets.since);
        let elsewhere = panels.elsewhere.get(&ticket).and_then(|panels| panels.gone_at());
        let gone_at = here.max(elsewhere);
        Some(gone_at.map_or(Duration::MAX, |gone_at| self.moment().since(gone_at)))
    }

    /// For how long it has been known which panels are there: since the desk was opened, or since the other processes
    /// were heard again.
    pub(crate) fn panels_known_for(&self) -> Duration {
        let heard = self.0.panels.heard_since.lock().unwrap_or_else(PoisonError::into_inner);
        self.moment().since(self.0.opened_at.max(*heard))
    }

    /// Asks the other processes for a panel of the ticket that is not here; it is heard of as when it comes.
    pub(crate) fn ask_for_panel(&self, ticket: TicketId) {
        if self.db().is_postgres() && !self.0.panels.is_here(ticket) {
            let now = self.moment();
            self.0.panels.elsewhere.entry(ticket).or_default().asked_at = Some(now);
            self.notify(Notice::AskPanel { ticket });
        }
    }

    /// The same where nothing was ever heard of it.
    pub(crate) fn ask_for_unknown_panel(&self, ticket: TicketId) {
        if !self.0.panels.elsewhere.contains_key(&ticket) {
            self.ask_for_panel(ticket);
        }
    }

    /// Another process asks for it.
    pub(crate) fn say_panel(&self, ticket: TicketId) {
        let here = self.0.panels.here.get(&ticket);
        if here.is_some_and(|sockets| sockets.open > 0) {
            self.notify(Notice::Panel { ticket, present: true });
        }
    }

    /// Another process says that it has a panel of the ticket, or that it has none any more.
    pub(crate) fn panel_elsewhere(&self, node: NodeId, ticket: TicketId, present: bool) {
        let now = self.moment();
        let mut panels = self.0.panels.elsewhere.entry(ticket).or_default();
        if present {
            panels.nodes.insert(node, now);
        } else if !panels.go(node, now) {
            return;
        }
        drop(panels);
        if present || !self.0.panels.is_here(ticket) {
            self.publish(Event::VisitorPresent { ticket, present });
        }
    }

    /// A process is gone, and its panels with it.
    pub(crate) fn panels_are_gone(&self, node: NodeId) {
        let now = self.moment();
        let mut gone = Vec::new();
        for mut panels in self.0.panels.elsewhere.iter_mut() {
            if panels.go(node, now) {
                gone.push(*panels.key());
            }
        }
        for ticket in gone.into_iter().filter(|ticket| !self.0.panels.is_here(*ticket)) {
            self.publish(Event::VisitorPresent { ticket, present: false });
        }
    }
}

impl Drop for PanelGuard {
    fn drop(&mut self) {
        let (desk, ticket) = (&self.desk, self.ticket);
        let mut here = desk.0.panels.here.entry(ticket).or_default();
        if !here.close(desk.moment()) {
            return;
        }
        desk.notify(Notice::Panel { ticket, present: false });
        drop(here);
        if !desk.panel_is_connected(ticket) {
            desk.publish(Event::VisitorPresent { ticket, present: false });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    const ONE: NodeId = NodeId(Uuid::from_u128(1));
    const TWO: NodeId = NodeId(Uuid::from_u128(2));

    fn at(seconds: u64) -> Moment {
        Moment::default() + Duration::from_secs(seconds)
    }

    #[test]
    fn a_panel_elsewhere_goes_with_the_last_process_that_has_one() {
        let mut panels = Elsewhere::default();
        assert!(!panels.is_there(at(0)));
        panels.nodes.extend([(ONE, at(1)), (TWO, at(2))]);
        assert!(!panels.go(ONE, at(3)) && panels.is_there(at(3)));
        assert!(panels.go(TWO, at(4)) && !panels.is_there(at(4)));
        assert!(!panels.go(TWO, at(9)), "it has gone already");
        assert_eq!(panels.gone_at(), Some(at(4)));
    }

    #[test]
    fn a_process_that_is_asked_and_does_not_answer_has_the_panel_no_longer() {
        let mut panels = Elsewhere::default();
        panels.nodes.insert(ONE, at(1));
        panels.asked_at = Some(at(100));
        assert!(panels.is_there(at(109)), "it may still answer");
        assert!(!panels.is_there(at(110)));
        assert_eq!(panels.gone_at(), Some(at(100)));
        panels.nodes.insert(ONE, at(101));
        assert!(panels.is_there(at(110)));
    }

    #[test]
    fn a_place_in_the_line_is_told_once_until_it_is_another() {
        let (panels, site) = (Panels::default(), SiteId(Uuid::from_u128(7)));
        let [a, b, c] = [1, 2, 3].map(|n| TicketId(Uuid::from_u128(n)));
        let told = |line: &[TicketId]| {
            let mut told = panels.note_places(site, line.iter().copied().zip(1..).collect());
            told.sort_unstable();
            told
        };
        assert_eq!(told(&[a, b]), [a, b]);
        assert_eq!(told(&[a, b]), []);
        assert_eq!(told(&[b, c]), [b, c]);
        assert_eq!(told(&[]), []);
        assert!(panels.places.is_empty());
    }
}
