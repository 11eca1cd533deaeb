//! Publishing what happened to subscribers, after the commit. Events may be lost: clients resume from a sequence.
//!
//! Where several processes write to one ticket, each publishes its own commits at once and hears of the others' a
//! moment later. So that entries are heard in their order, one that comes too early is kept back and read again with
//! those before it.
//!
//! Queues are bounded; a subscriber that does not keep up finds its subscription [`Lagged`] and its socket closes with
//! 4008.

use super::relay::Notice;
use crate::db::{Event, On, Party, RowChange};
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
    agents: DashMap<AgentId, Consoles>,
    /// Whether somebody reads again what came too early.
    in_order: AtomicBool,
}

/// An agent's open consoles.
#[derive(Default)]
struct Consoles {
    open: Vec<Arc<Subscriber>>,
    /// Tickets to which comments called the agent: what is told of the place of a row does not say so.
    called: HashSet<TicketId>,
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
                    here.open.retain(|other| !Arc::ptr_eq(other, &self.subscriber));
                }
                agents.remove_if(&agent, |_, here| here.open.is_empty());
            }
        }
        for ticket in locked(&self.subscriber.watched).drain() {
            self.subscribers.leave(ticket, &self.subscriber);
        }
    }
}

impl Consoles {
    /// Whether they hear of a row.
    fn hear(
        &self,
        agent: AgentId,
        (ticket, on): (TicketId, &On),
        sees: impl Fn(AgentId, &On) -> bool,
    ) -> bool {
        let mentioned = Party { mentioned: Some(agent), ..on.party };
        let called = On { party: mentioned, ..*on };
        sees(agent, on) || self.called.contains(&ticket) && sees(agent, &called)
    }
}

impl Subscribers {
    fn join(&self, ticket: TicketId, subscriber: &Arc<Subscriber>) {
        self.tickets.entry(ticket).or_default().subscribers.push(subscriber.clone());
    }

    fn send_to(&self, agent: AgentId, event: Event) {
        if let Some(consoles) = self.agents.get(&agent) {
            let event = Arc::new(event);
            for subscriber in &consoles.open {
                subscriber.send(&event);
            }
        }
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

    /// Everything an agent's console needs: `Work` of the tickets they may see, offers, access and state of this agent,
    /// and the tickets it watches (see [`Hub::watch`]).
    pub fn agent(&self, agent: AgentId) -> Subscription {
        let subscription = self.subscribe(Owner::Agent(agent), AGENT_QUEUE);
        self.subscribers
            .agents
            .entry(agent)
            .or_default()
            .open
            .push(subscription.subscriber.clone());
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

    /// Whether a console of the agent here watches the ticket.
    pub(crate) fn watches(&self, agent: AgentId, ticket: TicketId) -> bool {
        self.watchers(ticket).contains(&agent)
    }

    /// The agents whose consoles here watch the ticket, each as often as they do.
    pub(crate) fn watchers(&self, ticket: TicketId) -> Vec<AgentId> {
        let audience = self.subscribers.tickets.get(&ticket);
        let subscribers = audience.iter().flat_map(|audience| audience.subscribers.iter());
        subscribers
            .filter_map(|subscriber| match subscriber.owner {
                Owner::Agent(agent) => Some(agent),
                Owner::Visitor(_) => None,
            })
            .collect()
    }

    /// Every ticket that a console here watches, with its agent.
    pub(crate) fn all_watchers(&self) -> HashSet<(TicketId, AgentId)> {
        let mut all = HashSet::new();
        for consoles in &self.subscribers.agents {
            for console in &consoles.open {
                let watched = locked(&console.watched);
                all.extend(watched.iter().map(|ticket| (*ticket, *consoles.key())));
            }
        }
        all
    }

    /// The tickets that consoles of the agent watch.
    pub(crate) fn watched_by(&self, agent: AgentId) -> HashSet<TicketId> {
        let consoles = self.subscribers.agents.get(&agent);
        let consoles = consoles.iter().flat_map(|consoles| consoles.open.iter());
        consoles.flat_map(|console| locked(&console.watched).clone()).collect()
    }

    /// Takes a ticket from all consoles of the agent that watch it; each is told.
    pub(crate) fn end_watches(&self, agent: AgentId, ticket: TicketId) {
        let consoles = self.subscribers.agents.get(&agent).map(|consoles| consoles.open.clone());
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

    /// Comments called the agent, who has a console here, to these tickets.
    pub(crate) fn call(&self, agent: AgentId, tickets: impl IntoIterator<Item = TicketId>) {
        if let Some(mut consoles) = self.subscribers.agents.get_mut(&agent) {
            consoles.called.extend(tickets);
        }
    }

    /// Whether a console is here whose agent may see the ticket.
    pub(crate) fn shows_row(
        &self,
        ticket: TicketId,
        on: &On,
        sees: impl Fn(AgentId, &On) -> bool,
    ) -> bool {
        let mut agents = self.subscribers.agents.iter();
        agents.any(|consoles| consoles.hear(*consoles.key(), (ticket, on), &sees))
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
            consoles.open.iter().for_each(|console| console.send(&missed));
        }
    }

    /// Hands an event to everybody it concerns, without waiting for anyone. `sees`: whether an agent may see a ticket
    /// there; asked for rows alone. Answers with the entries that have to be read and published first, and then with
    /// this one.
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
            | Event::Watchers { ticket }
            | Event::TicketMissed { ticket } => {
                if let Some(audience) = self.subscribers.tickets.get(ticket) {
                    audience.send(event);
                }
            }
            Event::Work { ticket, on, change } => {
                let (ticket, on, change) = (*ticket, *on, change.clone());
                let event = Arc::new(event);
                for consoles in &self.subscribers.agents {
                    if !consoles.hear(*consoles.key(), (ticket, &on), &sees) {
                        continue;
                    }
                    for subscriber in &consoles.open {
                        if subscriber.row_changed(ticket, change.clone()) {
                            subscriber.send(&event);
                        }
                    }
                }
            }
            Event::Mentioned { agent, ticket, .. } => {
                let (agent, ticket) = (*agent, *ticket);
                self.call(agent, [ticket]);
                self.subscribers.send_to(agent, event);
            }
            Event::Offer { agent, .. }
            | Event::OfferGone { agent, .. }
            | Event::Handover { agent, .. }
            | Event::Party { agent, .. }
            | Event::Draft { agent, .. }
            | Event::AgentState { agent }
            | Event::SignedOut { agent }
            | Event::AccessChanged { agent }
            | Event::AccessLost { agent, .. }
            | Event::ConsoleMissed { agent } => {
                let agent = *agent;
                self.subscribers.send_to(agent, event);
            }
        }
        None
    }

    /// Ends every subscription.
    pub(crate) fn close(&self) {
        for audience in &self.subscribers.tickets {
            audience.subscribers.iter().for_each(|subscriber| subscriber.end());
        }
        for consoles in &self.subscribers.agents {
            consoles.open.iter().for_each(|subscriber| subscriber.end());
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
    /// A visitor's line is not told of its own panel or typing, nor of who looks on.
    fn wants(&self, event: &Event) -> bool {
        match (event, self.owner) {
            (
                Event::VisitorPresent { .. }
                | Event::Watchers { .. }
                | Event::Typing { agent: None, .. },
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
mod tests;
