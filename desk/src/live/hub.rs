//! Publishing what happened to subscribers, after the commit. Events may be lost: clients resume from a sequence.
//!
//! Where several processes write to one ticket, each publishes its own commits at once and hears of the others' a moment later. So
//! that entries are heard in their order, one that comes too early is kept back and read again with those before it.
//!
//! Queues are bounded; a subscriber that does not keep up finds its subscription [`Lagged`] and its socket closes with 4008.

use super::relay::Notice;
use crate::db::{Event, On, RowChange};
use dashmap::DashMap;
use protocol::{AgentId, Seq, TicketId};
use std::{
    collections::{HashMap, HashSet, hash_map::Entry},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering::SeqCst},
    },
};
use tokio::sync::mpsc;

/// Events a panel may be behind.
const VISITOR_QUEUE: usize = 256;
/// Events a console may be behind; it follows many tickets.
const AGENT_QUEUE: usize = 8192;

/// Everybody who is subscribed.
#[derive(Default)]
pub struct Hub {
    subscribers: Arc<Subscribers>,
}

/// The subscribers by what they are subscribed to.
#[derive(Default)]
struct Subscribers {
    tickets: DashMap<TicketId, Audience>,
    agents: DashMap<AgentId, Vec<Arc<Subscriber>>>,
    /// Whether somebody reads again what came too early.
    in_order: AtomicBool,
}

/// Who is subscribed to a ticket.
#[derive(Default)]
struct Audience {
    subscribers: Vec<Arc<Subscriber>>,
    /// The entry that all of them have been sent or have read; none: that is not known.
    last: Mutex<Option<Seq>>,
}

/// One subscription, as the hub has it.
struct Subscriber {
    /// None once it lagged: its subscription ends when the rest is read.
    events: Mutex<Option<mpsc::Sender<Arc<Event>>>>,
    /// Tickets whose `Work` is in the queue already, and what it will say.
    work: Mutex<HashMap<TicketId, RowChange>>,
    /// Tickets that a console shows.
    watched: Mutex<HashSet<TicketId>>,
    owner: Owner,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Owner {
    Visitor(TicketId),
    Agent(AgentId),
}

/// A bounded stream of events; ends by dropping.
pub struct Subscription {
    events: mpsc::Receiver<Arc<Event>>,
    subscriber: Arc<Subscriber>,
    subscribers: Arc<Subscribers>,
}

/// The subscriber did not keep up, or the desk closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lagged;

impl Subscription {
    /// The next event, or [`Lagged`] when events were dropped: close the socket with 4008.
    pub async fn next(&mut self) -> Result<Arc<Event>, Lagged> {
        let event = self.events.recv().await.ok_or(Lagged)?;
        let Event::Work { ticket, on, .. } = *event else { return Ok(event) };
        // Before the row is read, so that a change during the read is heard of again.
        let change = locked(&self.subscriber.work).remove(&ticket).unwrap_or(RowChange::Anything);
        Ok(Arc::new(Event::Work { ticket, on, change }))
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        match self.subscriber.owner {
            Owner::Visitor(ticket) => self.subscribers.leave(ticket, &self.subscriber),
            Owner::Agent(agent) => {
                let agents = &self.subscribers.agents;
                if let Some(mut here) = agents.get_mut(&agent) {
                    here.retain(|other| !Arc::ptr_eq(other, &self.subscriber));
                }
                agents.remove_if(&agent, |_, here| here.is_empty());
            }
        }
        for ticket in locked(&self.subscriber.watched).drain() {
            self.subscribers.leave(ticket, &self.subscriber);
        }
    }
}

impl Subscribers {
    fn join(&self, ticket: TicketId, subscriber: &Arc<Subscriber>) {
        self.tickets.entry(ticket).or_default().subscribers.push(subscriber.clone());
    }

    fn leave(&self, ticket: TicketId, subscriber: &Arc<Subscriber>) {
        if let Some(mut here) = self.tickets.get_mut(&ticket) {
            here.subscribers.retain(|other| !Arc::ptr_eq(other, subscriber));
        }
        self.tickets.remove_if(&ticket, |_, here| here.subscribers.is_empty());
    }
}

impl Hub {
    /// Everything about one ticket that its visitor's panel needs.
    pub fn visitor(&self, ticket: TicketId) -> Subscription {
        let subscription = self.subscribe(Owner::Visitor(ticket), VISITOR_QUEUE);
        self.subscribers.join(ticket, &subscription.subscriber);
        subscription
    }

    /// Everything an agent's console needs: `Work` of the tickets they may see, offers, access and state of this agent, and
    /// the tickets it watches (see [`Hub::watch`]).
    pub fn agent(&self, agent: AgentId) -> Subscription {
        let subscription = self.subscribe(Owner::Agent(agent), AGENT_QUEUE);
        self.subscribers.agents.entry(agent).or_default().push(subscription.subscriber.clone());
        subscription
    }

    /// Adds a ticket's `Entry`, `Ticket`, `Typing`, `Seen`, `VisitorPresent` events to an agent's subscription.
    pub fn watch(&self, subscription: &Subscription, ticket: TicketId) {
        // Held until it is subscribed: whoever ends the watch meanwhile finds both or neither.
        let mut watched = locked(&subscription.subscriber.watched);
        if watched.insert(ticket) {
            self.subscribers.join(ticket, &subscription.subscriber);
        }
    }

    /// Notes that a subscriber of the ticket, once subscribed, has read its entries up to the last there were.
    pub fn has_read(&self, ticket: TicketId, last: Seq) {
        if let Some(audience) = self.subscribers.tickets.get(&ticket) {
            locked(&audience.last).get_or_insert(last);
        }
    }

    /// Takes it out again.
    pub fn unwatch(&self, subscription: &Subscription, ticket: TicketId) {
        if locked(&subscription.subscriber.watched).remove(&ticket) {
            self.subscribers.leave(ticket, &subscription.subscriber);
        }
    }

    /// The tickets that consoles of the agent watch.
    pub(crate) fn watched_by(&self, agent: AgentId) -> HashSet<TicketId> {
        let consoles = self.subscribers.agents.get(&agent);
        let consoles = consoles.iter().flat_map(|consoles| consoles.iter());
        consoles.flat_map(|console| locked(&console.watched).clone()).collect()
    }

    /// Takes a ticket from all consoles of the agent that watch it; each is told.
    pub(crate) fn end_watches(&self, agent: AgentId, ticket: TicketId) {
        let consoles = self.subscribers.agents.get(&agent).map(|consoles| consoles.clone());
        let lost = Arc::new(Event::AccessLost { agent, ticket });
        for console in consoles.unwrap_or_default() {
            if locked(&console.watched).remove(&ticket) {
                self.subscribers.leave(ticket, &console);
                console.send(&lost);
            }
        }
    }

    /// From now on, and for as long as the answer lives, entries are published in their order: somebody acts on what
    /// [`Hub::publish`] answers.
    pub(crate) fn keep_order(&self) -> InOrder {
        self.subscribers.in_order.store(true, SeqCst);
        InOrder(self.subscribers.clone())
    }

    /// Whether anybody here is subscribed to the ticket.
    pub(crate) fn has_subscribers(&self, ticket: TicketId) -> bool {
        self.subscribers.tickets.contains_key(&ticket)
    }

    /// Whether a console is here whose agent is one of these.
    pub(crate) fn has_console(&self, is_one: impl Fn(AgentId) -> bool) -> bool {
        self.subscribers.agents.iter().any(|consoles| is_one(*consoles.key()))
    }

    /// Entries of the ticket up to this one were missed: its subscribers read them.
    pub(crate) fn miss(&self, ticket: TicketId, upto: Seq) {
        if let Some(audience) = self.subscribers.tickets.get(&ticket) {
            let mut last = locked(&audience.last);
            *last = (*last).max(Some(upto));
            audience.send(Event::TicketMissed { ticket });
        }
    }

    /// Anything may have been missed: everybody reads everything again.
    pub(crate) fn miss_everything(&self) {
        for audience in &self.subscribers.tickets {
            *locked(&audience.last) = None;
            audience.send(Event::TicketMissed { ticket: *audience.key() });
        }
        for consoles in &self.subscribers.agents {
            let missed = Arc::new(Event::ConsoleMissed { agent: *consoles.key() });
            consoles.iter().for_each(|console| console.send(&missed));
        }
    }

    /// Hands an event to everybody it concerns, without waiting for anyone. `sees`: whether an agent may see a ticket there; asked for
    /// rows alone. Answers with the entries that have to be read and published first, and then with this one.
    pub(crate) fn publish(
        &self,
        event: Event,
        sees: impl Fn(AgentId, &On) -> bool,
    ) -> Option<Notice> {
        match &event {
            Event::Entry { ticket, agent: entry, .. } => {
                let audience = self.subscribers.tickets.get(ticket)?;
                let mut last = locked(&audience.last);
                if self.subscribers.in_order.load(SeqCst)
                    && let Some(known) = *last
                {
                    // Published before, or read by everybody.
                    if entry.seq <= known {
                        return None;
                    }
                    let first = known.next();
                    if first < entry.seq {
                        return Some(Notice::Entries { ticket: *ticket, first, last: entry.seq });
                    }
                }
                *last = (*last).max(Some(entry.seq));
                audience.send(event);
            }
            Event::Ticket { ticket }
            | Event::Typing { ticket, .. }
            | Event::Seen { ticket, .. }
            | Event::VisitorPresent { ticket, .. }
            | Event::TicketMissed { ticket } => {
                if let Some(audience) = self.subscribers.tickets.get(ticket) {
                    audience.send(event);
                }
            }
            Event::Work { ticket, on, change } => {
                let (ticket, on, change) = (*ticket, *on, change.clone());
                let event = Arc::new(event);
                for subscribers in &self.subscribers.agents {
                    if !sees(*subscribers.key(), &on) {
                        continue;
                    }
                    for subscriber in subscribers.iter() {
                        if subscriber.row_changed(ticket, change.clone()) {
                            subscriber.send(&event);
                        }
                    }
                }
            }
            Event::Offer { agent, .. }
            | Event::OfferGone { agent, .. }
            | Event::AgentState { agent }
            | Event::SignedOut { agent }
            | Event::AccessChanged { agent }
            | Event::AccessLost { agent, .. }
            | Event::ConsoleMissed { agent } => {
                if let Some(subscribers) = self.subscribers.agents.get(agent) {
                    let event = Arc::new(event);
                    for subscriber in subscribers.iter() {
                        subscriber.send(&event);
                    }
                }
            }
        }
        None
    }

    /// Ends every subscription.
    pub(crate) fn close(&self) {
        for audience in &self.subscribers.tickets {
            audience.subscribers.iter().for_each(|subscriber| subscriber.end());
        }
        for subscribers in &self.subscribers.agents {
            subscribers.iter().for_each(|subscriber| subscriber.end());
        }
    }

    fn subscribe(&self, owner: Owner, bound: usize) -> Subscription {
        let (sender, events) = mpsc::channel(bound);
        let subscriber = Subscriber {
            events: Mutex::new(Some(sender)),
            work: Mutex::default(),
            watched: Mutex::default(),
            owner,
        };
        Subscription {
            events,
            subscriber: Arc::new(subscriber),
            subscribers: self.subscribers.clone(),
        }
    }
}

/// While it lives, entries are published in their order.
pub(crate) struct InOrder(Arc<Subscribers>);

impl Drop for InOrder {
    fn drop(&mut self) {
        self.0.in_order.store(false, SeqCst);
    }
}

impl Audience {
    fn send(&self, event: Event) {
        let event = Arc::new(event);
        for subscriber in &self.subscribers {
            if subscriber.wants(&event) {
                subscriber.send(&event);
            }
        }
    }
}

impl Subscriber {
    /// A visitor's line is not told of its own panel, nor of its own typing.
    fn wants(&self, event: &Event) -> bool {
        match (event, self.owner) {
            (
                Event::VisitorPresent { .. } | Event::Typing { agent: None, .. },
                Owner::Visitor(_),
            ) => false,
            (Event::Typing { agent: Some((from, _)), .. }, Owner::Agent(to)) => *from != to,
            _ => true,
        }
    }

    /// Whether the console has to be told: what is in its queue already says this too.
    fn row_changed(&self, ticket: TicketId, change: RowChange) -> bool {
        match locked(&self.work).entry(ticket) {
            Entry::Vacant(place) => {
                place.insert(change);
                true
            }
            Entry::Occupied(mut place) => {
                let before = std::mem::replace(place.get_mut(), RowChange::Anything);
                place.insert(before.and(change));
                false
            }
        }
    }

    fn send(&self, event: &Arc<Event>) {
        let mut events = locked(&self.events);
        if events.as_ref().is_some_and(|sender| sender.try_send(event.clone()).is_err()) {
            *events = None;
        }
    }

    fn end(&self) {
        *locked(&self.events) = None;
    }
}

/// A panic elsewhere leaves these small sets whole.
fn locked<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::{LastMessage, Party};
    use protocol::{
        EntryId, SiteId, Timestamp,
        entry::{AgentBody, AgentEntry, VisitorBody, VisitorEntry},
    };
    use std::iter;
    use uuid::Uuid;

    fn ticket(n: u128) -> TicketId {
        TicketId(Uuid::from_u128(n))
    }

    fn work(change: RowChange) -> Event {
        let site = SiteId(Uuid::from_u128(1));
        let on = On { site, queue: None, party: Party::default() };
        Event::Work { ticket: ticket(1), on, change }
    }

    fn publish(hub: &Hub, event: Event) -> Option<Notice> {
        hub.publish(event, |_, _| true)
    }

    fn entry(seq: i64) -> Event {
        let (seq, id, at) = (Seq(seq), EntryId(Uuid::nil()), Timestamp(0));
        Event::Entry {
            ticket: ticket(1),
            visitor: VisitorEntry { seq, id, at, body: VisitorBody::Requeued },
            agent: AgentEntry { seq, id, at, body: AgentBody::Requeued },
        }
    }

    /// The entries that wait in a subscription.
    fn heard(line: &mut Subscription) -> Vec<i64> {
        let events = iter::from_fn(|| line.events.try_recv().ok());
        let seq = |event: Arc<Event>| match &*event {
            Event::Entry { agent, .. } => Some(agent.seq.0),
            _ => None,
        };
        events.filter_map(seq).collect()
    }

    #[tokio::test]
    async fn an_entry_that_comes_too_early_is_kept_back_for_those_before_it() {
        let hub = Hub::default();
        let mut panel = hub.visitor(ticket(1));
        let order = hub.keep_order();
        hub.has_read(ticket(1), Seq(4));
        hub.has_read(ticket(1), Seq(9));
        assert_eq!(publish(&hub, entry(5)), None);
        let between = |first, last| {
            Some(Notice::Entries { ticket: ticket(1), first: Seq(first), last: Seq(last) })
        };
        assert_eq!(publish(&hub, entry(8)), between(6, 8));
        assert_eq!(publish(&hub, entry(7)), between(6, 7));
        for seq in [6, 7, 8, 6, 7, 8, 9] {
            assert_eq!(publish(&hub, entry(seq)), None);
        }
        assert_eq!(heard(&mut panel), [5, 6, 7, 8, 9], "each once, in order");
        drop(order);
        assert_eq!(publish(&hub, entry(11)), None);
        assert_eq!(heard(&mut panel), [11], "nobody would read what is between");
    }

    #[tokio::test]
    async fn who_missed_something_is_told_and_hears_what_comes_after_it() {
        let hub = Hub::default();
        let agent = AgentId(Uuid::from_u128(9));
        let (mut panel, mut console) = (hub.visitor(ticket(1)), hub.agent(agent));
        hub.watch(&console, ticket(1));
        let _order = hub.keep_order();
        hub.has_read(ticket(1), Seq(4));
        hub.miss(ticket(1), Seq(40));
        for line in [&mut panel, &mut console] {
            assert!(matches!(&*line.next().await.unwrap(), Event::TicketMissed { .. }));
        }
        for seq in [39, 40, 41] {
            assert_eq!(publish(&hub, entry(seq)), None);
        }
        assert_eq!(heard(&mut panel), [41]);
        hub.miss_everything();
        assert_eq!(publish(&hub, entry(99)), None, "whatever came between is read");
        assert!(matches!(&*panel.next().await.unwrap(), Event::TicketMissed { .. }));
        assert_eq!(heard(&mut panel), [99]);
        let told = iter::from_fn(|| console.events.try_recv().ok());
        let told: Vec<_> = told.filter(|event| !matches!(**event, Event::Entry { .. })).collect();
        assert!(
            matches!(
                (&*told[0], &*told[1]),
                (Event::TicketMissed { .. }, Event::ConsoleMissed { .. })
            ),
            "{told:?}"
        );
    }

    #[tokio::test]
    async fn a_subscriber_that_does_not_keep_up_reads_what_it_has_and_then_lags() {
        let hub = Hub::default();
        let mut panel = hub.visitor(ticket(1));
        for _ in 0..=VISITOR_QUEUE {
            publish(&hub, Event::Ticket { ticket: ticket(1) });
        }
        for _ in 0..VISITOR_QUEUE {
            assert!(panel.next().await.is_ok());
        }
        assert_eq!(panel.next().await.err(), Some(Lagged));
    }

    #[tokio::test]
    async fn a_ticket_is_heard_by_its_panel_and_by_who_watches_it_and_by_nobody_else() {
        let hub = Hub::default();
        let (mut mine, mut other) = (hub.visitor(ticket(1)), hub.visitor(ticket(2)));
        let mut console = hub.agent(AgentId(Uuid::from_u128(9)));
        hub.watch(&console, ticket(1));
        hub.watch(&console, ticket(1));
        publish(&hub, Event::Ticket { ticket: ticket(1) });
        assert!(mine.next().await.is_ok());
        assert!(console.next().await.is_ok());
        assert!(console.events.try_recv().is_err(), "watched twice, told once");
        assert!(other.events.try_recv().is_err());
        hub.unwatch(&console, ticket(1));
        publish(&hub, Event::Ticket { ticket: ticket(1) });
        assert!(console.events.try_recv().is_err());
        drop((mine, other, console));
        assert!(hub.subscribers.tickets.is_empty() && hub.subscribers.agents.is_empty());
    }

    #[tokio::test]
    async fn a_tickets_row_is_at_most_once_in_a_consoles_queue() {
        let hub = Hub::default();
        let mut console = hub.agent(AgentId(Uuid::from_u128(9)));
        for _ in 0..3 * AGENT_QUEUE {
            publish(&hub, work(RowChange::Anything));
        }
        assert!(console.next().await.is_ok());
        assert!(console.events.try_recv().is_err());
        publish(&hub, work(RowChange::Anything));
        assert!(console.next().await.is_ok());
    }

    #[tokio::test]
    async fn a_console_is_told_everything_about_a_row_since_it_was_told_last() {
        let hub = Hub::default();
        let mut console = hub.agent(AgentId(Uuid::from_u128(9)));
        let message = |unread| {
            let (preview, last_at) = ("Hola".into(), Timestamp(1));
            RowChange::Message(LastMessage { preview, last_at, unread })
        };
        for (changes, told) in [
            (vec![message(1), message(2)], message(2)),
            (vec![message(1), RowChange::Anything], RowChange::Anything),
            (vec![RowChange::Anything, message(2)], RowChange::Anything),
        ] {
            for change in changes {
                publish(&hub, work(change));
            }
            let Event::Work { change, .. } = &*console.next().await.unwrap() else { panic!() };
            assert_eq!(*change, told);
        }
    }

    #[tokio::test]
    async fn a_row_is_heard_of_by_those_who_see_the_ticket() {
        let hub = Hub::default();
        let (one, two) = (AgentId(Uuid::from_u128(8)), AgentId(Uuid::from_u128(9)));
        let (mut mine, mut other) = (hub.agent(one), hub.agent(two));
        hub.publish(work(RowChange::Anything), |agent, _| agent == one);
        assert!(mine.next().await.is_ok());
        assert!(other.events.try_recv().is_err());
    }

    #[tokio::test]
    async fn a_watch_that_ends_is_told_to_those_who_watched() {
        let hub = Hub::default();
        let agent = AgentId(Uuid::from_u128(9));
        let (mut watching, mut idle) = (hub.agent(agent), hub.agent(agent));
        hub.watch(&watching, ticket(1));
        assert_eq!(hub.watched_by(agent), HashSet::from([ticket(1)]));
        hub.end_watches(agent, ticket(1));
        publish(&hub, Event::Ticket { ticket: ticket(1) });
        assert!(matches!(&*watching.next().await.unwrap(), Event::AccessLost { .. }));
        assert!(watching.events.try_recv().is_err() && idle.events.try_recv().is_err());
        assert!(hub.watched_by(agent).is_empty());
    }
}
