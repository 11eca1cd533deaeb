//! Who has a ticket on screen: the consoles of this process, which the hub knows, and those that the other processes
//! say they have. In memory alone, and not for ever: each process says it again as long as it is so.

use super::{nodes::NodeId, relay::Notice};
use crate::{Desk, Moment, db::Event};
use dashmap::DashMap;
use protocol::{AgentId, TicketId};
use std::{
    collections::{BTreeSet, HashMap},
    time::Duration,
};

/// What another process said is believed for this long; it says it again well before.
const BELIEVED: Duration = Duration::from_mins(1);

/// Watchers at other processes.
#[derive(Default)]
pub(crate) struct Watchers {
    elsewhere: DashMap<TicketId, HashMap<(NodeId, AgentId), Moment>>,
}

impl Watchers {
    /// Forgets who `is_gone`, and returns the tickets that they had on screen.
    fn forget(&self, is_gone: impl Fn(NodeId, Moment) -> bool) -> Vec<TicketId> {
        let mut left = Vec::new();
        self.elsewhere.retain(|ticket, watchers| {
            let before = watchers.len();
            watchers.retain(|(node, _), said| !is_gone(*node, *said));
            if watchers.len() < before {
                left.push(*ticket);
            }
            !watchers.is_empty()
        });
        left
    }

    fn forget_old(&self, now: Moment) -> Vec<TicketId> {
        self.forget(|_, said| now.since(said) >= BELIEVED)
    }

    fn agents(&self, ticket: TicketId, now: Moment) -> Vec<AgentId> {
        let watchers = self.elsewhere.get(&ticket);
        let watchers = watchers.iter().flat_map(|watchers| watchers.iter());
        watchers
            .filter(|(_, said)| now.since(**said) < BELIEVED)
            .map(|((_, agent), _)| *agent)
            .collect()
    }
}

impl Desk {
    /// A console of the agent began or ceased to show the ticket. Said after the hub knows it.
    pub fn watch_changed(&self, agent: AgentId, ticket: TicketId) {
        let present = self.hub().watches(agent, ticket);
        self.notify(Notice::Watching { ticket, agent, present });
        self.publish(Event::Watchers { ticket });
    }

    /// Who has the ticket on screen, at whichever process.
    pub(crate) fn watching(&self, ticket: TicketId) -> BTreeSet<AgentId> {
        let mut agents: BTreeSet<AgentId> = self.hub().watchers(ticket).into_iter().collect();
        agents.extend(self.0.watchers.agents(ticket, self.moment()));
        agents
    }

    /// Another process says that a console of the agent there shows the ticket, or none does any more.
    pub(crate) fn watching_elsewhere(
        &self,
        node: NodeId,
        (ticket, agent): (TicketId, AgentId),
        present: bool,
    ) {
        let now = self.moment();
        let is_new = {
            let mut watchers = self.0.watchers.elsewhere.entry(ticket).or_default();
            if present {
                watchers.insert((node, agent), now).is_none()
            } else {
                watchers.remove(&(node, agent)).is_some()
            }
        };
        if is_new {
            self.publish(Event::Watchers { ticket });
        }
    }

    /// Forgets what other processes did not say again.
    pub(crate) fn forget_old_watchers(&self, now: Moment) {
        self.watchers_left(self.0.watchers.forget_old(now));
    }

    /// A process is gone, and what its consoles had on screen with it.
    pub(crate) fn watchers_are_gone(&self, node: NodeId) {
        self.watchers_left(self.0.watchers.forget(|at, _| at == node));
    }

    fn watchers_left(&self, tickets: Vec<TicketId>) {
        for ticket in tickets {
            self.publish(Event::Watchers { ticket });
        }
    }

    /// Says again which tickets are on screen here; called well within [`BELIEVED`].
    pub(crate) fn say_watchers(&self) {
        for (ticket, agent) in self.hub().all_watchers() {
            self.notify(Notice::Watching { ticket, agent, present: true });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn who_is_not_said_to_watch_any_more_is_forgotten() {
        let (watchers, ticket) = (Watchers::default(), TicketId(Uuid::from_u128(1)));
        let (node, agent) = (NodeId(Uuid::from_u128(2)), AgentId(Uuid::from_u128(3)));
        let at = |seconds| Moment::default() + Duration::from_secs(seconds);
        watchers.elsewhere.entry(ticket).or_default().insert((node, agent), at(1));
        assert_eq!(watchers.agents(ticket, at(60)), [agent]);
        assert_eq!(watchers.agents(ticket, at(61)), []);
        assert_eq!(watchers.forget_old(at(60)), []);
        assert_eq!(watchers.forget_old(at(61)), [ticket], "those who see it are told");
        assert!(watchers.elsewhere.is_empty());
    }

    #[test]
    fn those_at_a_process_that_is_gone_go_with_it() {
        let (watchers, ticket) = (Watchers::default(), TicketId(Uuid::from_u128(1)));
        let [gone, there] = [2, 3].map(|n| NodeId(Uuid::from_u128(n)));
        let [one, two] = [4, 5].map(|n| AgentId(Uuid::from_u128(n)));
        let now = Moment::default();
        let at = [((gone, one), now), ((there, two), now)];
        watchers.elsewhere.insert(ticket, HashMap::from(at));
        assert_eq!(watchers.forget(|node, _| node == gone), [ticket]);
        assert_eq!(watchers.agents(ticket, now), [two]);
        assert_eq!(watchers.forget(|node, _| node == gone), []);
    }
}
