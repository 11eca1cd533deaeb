//! What the rows of the other processes say of their consoles, as of the last reading. Pure: instants and moments come
//! in.
//!
//! Instants are the database's. Between two readings its clock is continued by this process's own moments, for as long
//! as the next reading takes when all is well: what nobody has read for longer stays as it was.

use super::NodeId;
use crate::Moment;
use protocol::{AgentId, Timestamp};
use std::{
    collections::{HashMap, HashSet},
    time::Duration,
};

/// The consoles of a process that stopped in good order count as connected for this long. Its sockets are told to come
/// back after 1 to 5 s (`server`, `GoingAway`), some of them need a second try, and the button must not say Ayuda
/// meanwhile.
pub(in crate::live) const MOVING: Duration = Duration::from_secs(10);

/// An agent's consoles at another process, as its rows say.
#[derive(Clone, Copy, Debug)]
pub(super) struct Console {
    pub(super) agent: AgentId,
    pub(super) node: NodeId,
    /// Since when none is open there any more.
    pub(super) gone_at: Option<Timestamp>,
}

/// Another process, as its row says.
#[derive(Clone, Copy, Debug)]
pub(super) struct Node {
    /// Its last sign.
    pub(super) seen_at: Timestamp,
    /// When it stopped in good order.
    pub(super) stopped_at: Option<Timestamp>,
}

/// The rows of all other processes.
#[derive(Debug, Default)]
pub(super) struct Reading {
    pub(super) nodes: HashMap<NodeId, Node>,
    pub(super) consoles: Vec<Console>,
}

/// What is other than at the reading before.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Changed {
    /// Agents whose consoles came or went.
    pub(crate) agents: HashSet<AgentId>,
    /// Processes that are gone.
    pub(crate) gone: Vec<NodeId>,
}

/// Where an agent's consoles are, as far as other processes know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::live) enum Found {
    /// No other process had one.
    Nowhere,
    Connected,
    GoneFor(Duration),
}

/// The consoles of all other processes.
#[derive(Debug)]
pub(super) struct Elsewhere {
    /// The lease of a process without a sign.
    lease: Duration,
    read_at: Timestamp,
    read_moment: Moment,
    /// The first reading. Who is gone because a process is gone is gone since then at the earliest: they need time to
    /// come here.
    began_at: Timestamp,
    /// Since when this process reads again after it was cut off, if ever. Others may have been cut off with it, and get
    /// as long as a lease lasts to give a sign.
    back_at: Option<Timestamp>,
    nodes: HashMap<NodeId, Node>,
    /// Those that have been there at the last reading.
    living: HashSet<NodeId>,
    consoles: HashMap<AgentId, Vec<Console>>,
}

impl Elsewhere {
    /// Nothing was read yet.
    pub(super) fn new(lease: Duration) -> Self {
        Self {
            lease,
            read_at: Timestamp(i64::MIN),
            read_moment: Moment::default(),
            began_at: Timestamp(i64::MIN),
            back_at: None,
            nodes: HashMap::new(),
            living: HashSet::new(),
            consoles: HashMap::new(),
        }
    }

    /// Whether any other process served the database lately.
    pub(super) fn has_others(&self) -> bool {
        !self.nodes.is_empty()
    }

    /// Takes what was read just now; answers what has changed by that.
    pub(super) fn replace(
        &mut self,
        reading: Reading,
        read_at: Timestamp,
        moment: Moment,
    ) -> Changed {
        // Of two readings at once the later one counts.
        if read_at < self.read_at {
            return Changed::default();
        }
        let before = self.connected(moment);
        if self.read_at.0 == i64::MIN {
            self.began_at = read_at;
        } else if read_at.since(self.read_at) > self.lease / 2 {
            // A sign older than this reading may lie a third of the lease before it.
            self.back_at = Some(read_at);
        }
        (self.read_at, self.read_moment) = (read_at, moment);
        self.nodes = reading.nodes;
        self.consoles.clear();
        for console in reading.consoles {
            self.consoles.entry(console.agent).or_default().push(console);
        }
        let is_there =
            |node: &Node| node.stopped_at.is_none() && self.sign(node) + self.lease > read_at;
        let living = self.nodes.iter().filter(|(_, node)| is_there(node));
        let living: HashSet<NodeId> = living.map(|(id, _)| *id).collect();
        let gone = self.living.difference(&living).copied().collect();
        self.living = living;
        let agents = before.symmetric_difference(&self.connected(moment)).copied().collect();
        Changed { agents, gone }
    }

    /// Where the agent's consoles are.
    pub(super) fn find(&self, agent: AgentId, moment: Moment) -> Found {
        let Some(consoles) = self.consoles.get(&agent) else { return Found::Nowhere };
        let now = self.now(moment);
        let mut last = None;
        for console in consoles {
            match self.gone_since(console, now) {
                None => return Found::Connected,
                since => last = last.max(since),
            }
        }
        last.map_or(Found::Nowhere, |last| Found::GoneFor(now.since(last)))
    }

    fn connected(&self, moment: Moment) -> HashSet<AgentId> {
        let agents = self.consoles.keys().copied();
        agents.filter(|agent| self.find(*agent, moment) == Found::Connected).collect()
    }

    /// The database's instant, as far as it may be known without asking.
    fn now(&self, moment: Moment) -> Timestamp {
        self.read_at + moment.since(self.read_moment).min(beat(self.lease))
    }

    /// None: it is connected.
    fn gone_since(&self, console: &Console, now: Timestamp) -> Option<Timestamp> {
        if let Some(gone_at) = console.gone_at {
            return Some(gone_at);
        }
        let Some(node) = self.nodes.get(&console.node) else { return Some(self.began_at) };
        let (sign, lasts) = match node.stopped_at {
            Some(stopped_at) => (stopped_at, MOVING),
            None => (self.sign(node), self.lease),
        };
        (sign + lasts <= now).then_some(sign.max(self.began_at))
    }

    /// The last sign of a process, or what it is given as one.
    fn sign(&self, node: &Node) -> Timestamp {
        node.seen_at.max(self.back_at.unwrap_or(node.seen_at))
    }
}

/// The pause between two signs of a process whose lease is this.
pub(super) fn beat(lease: Duration) -> Duration {
    lease / 3
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    const LEASE: Duration = Duration::from_secs(15);
    const SECOND: Duration = Duration::from_secs(1);
    const AGENT: AgentId = AgentId(Uuid::from_u128(1));
    const NOW: Timestamp = Timestamp(1_000_000);

    const NODE: NodeId = NodeId(Uuid::from_u128(2));
    const HERE: Console = Console { agent: AGENT, node: NODE, gone_at: None };

    /// A console of a process whose last sign was so many seconds ago.
    fn seen(seconds: u32) -> Reading {
        let node = Node { seen_at: NOW - SECOND * seconds, stopped_at: None };
        Reading { nodes: HashMap::from([(NODE, node)]), consoles: vec![HERE] }
    }

    fn gone_at(seconds: u32) -> Console {
        Console { gone_at: Some(NOW - SECOND * seconds), ..HERE }
    }

    /// Read long ago, and read again now.
    fn read(reading: Reading) -> Elsewhere {
        let mut elsewhere = Elsewhere::new(LEASE);
        elsewhere.replace(Reading::default(), NOW - Duration::from_hours(1), Moment::default());
        elsewhere.replace(reading, NOW, Moment::default());
        Elsewhere { back_at: None, ..elsewhere }
    }

    fn after(seconds: u32) -> Moment {
        Moment::default() + SECOND * seconds
    }

    fn gone(seconds: u32) -> Found {
        Found::GoneFor(SECOND * seconds)
    }

    #[test]
    fn a_process_without_a_sign_for_a_lease_has_no_consoles_since_its_last_sign() {
        assert_eq!(read(Reading::default()).find(AGENT, after(0)), Found::Nowhere);
        assert_eq!(read(seen(14)).find(AGENT, after(0)), Found::Connected);
        assert_eq!(read(seen(14)).find(AGENT, after(1)), gone(15));
        assert_eq!(read(seen(40)).find(AGENT, after(0)), gone(40));
    }

    #[test]
    fn what_nobody_could_read_again_stays_as_it_was() {
        assert_eq!(read(seen(5)).find(AGENT, after(3600)), Found::Connected);
        let elsewhere = read(Reading { consoles: vec![gone_at(1)], ..seen(0) });
        assert_eq!(elsewhere.find(AGENT, after(3600)), gone(6), "it does not get longer");
    }

    #[test]
    fn the_last_console_that_went_counts_whoever_had_it() {
        let all = |last| Reading { consoles: vec![gone_at(50), gone_at(20), HERE], ..seen(last) };
        assert_eq!(read(all(30)).find(AGENT, after(0)), gone(20));
        assert_eq!(read(all(1)).find(AGENT, after(0)), Found::Connected);
    }

    #[test]
    fn consoles_of_a_process_that_stopped_are_moving_for_a_while() {
        let mut reading = seen(9);
        reading
            .nodes
            .insert(NODE, Node { seen_at: NOW - SECOND * 9, stopped_at: Some(NOW - SECOND * 9) });
        let elsewhere = read(reading);
        assert_eq!(elsewhere.find(AGENT, after(0)), Found::Connected);
        assert_eq!(elsewhere.find(AGENT, after(1)), gone(10));
    }

    #[test]
    fn who_was_cut_off_gives_the_others_time_for_a_sign() {
        let mut elsewhere = read(seen(0));
        let later = NOW + Duration::from_mins(2);
        let changed = elsewhere.replace(seen(0), later, after(120));
        assert_eq!(elsewhere.find(AGENT, after(120)), Found::Connected);
        assert_eq!(changed, Changed::default());
        for seconds in [5, 10, 15] {
            let changed =
                elsewhere.replace(seen(0), later + SECOND * seconds, after(120 + seconds));
            assert_eq!(changed.gone, if seconds < 15 { vec![] } else { vec![NODE] });
        }
        assert_eq!(elsewhere.find(AGENT, after(135)), gone(15));
    }

    #[test]
    fn who_is_gone_with_a_process_has_the_time_to_come_to_one_that_has_just_begun() {
        let mut elsewhere = Elsewhere::new(LEASE);
        elsewhere.replace(seen(600), NOW, after(0));
        assert_eq!(elsewhere.find(AGENT, after(2)), gone(2));
        elsewhere.replace(Reading { consoles: vec![gone_at(600)], ..seen(600) }, NOW, after(0));
        assert_eq!(elsewhere.find(AGENT, after(2)), gone(602), "that socket was closed");
    }
}
