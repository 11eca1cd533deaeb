//! A visitor as a browser has one: the form, the socket, and the clients' halves of the delivery contract.

use crate::{
    door::{Door, Socket, receive, say},
    pace::Pace,
    thread::{Record, Thread},
    wait::PATIENCE,
};
use desk::Clock;
use protocol::{
    EntryId, Seq, Timestamp,
    delivery::{Pulse, PulseCheck, Reconnect},
    entry::{VisitorBody, VisitorEntry},
    form::Started,
    visitor::{self, VisitorChat, VisitorCommand, VisitorEvent, VisitorTicket},
};
use std::{collections::BTreeSet, time::Duration};
use tokio::{
    sync::{mpsc, watch},
    task::JoinHandle,
    time::{sleep, timeout},
};

/// The longest pause between two looks at timers.
const LOOK: Duration = Duration::from_millis(200);
/// The most that is on its way of somebody who talks.
const IN_FLIGHT: usize = 8;

/// What a visitor's panel knows.
#[derive(Debug, Default)]
pub struct Seen {
    pub started: Option<Started>,
    pub ticket: Option<VisitorTicket>,
    pub entries: Vec<VisitorEntry>,
    pub record: Record,
    /// What was said and is not yet on screen as *entregado*.
    pub on_its_way: usize,
    /// How often it was greeted.
    pub greetings: usize,
    /// How often a server said that it goes away.
    pub farewells: usize,
    /// Who was seen typing.
    pub typing: usize,
    /// How far the agents' side has seen.
    pub read_upto: Seq,
    /// Tickets of before: a chat that has ended is followed by another.
    pub past: Vec<Past>,
}

/// A ticket that was left.
#[derive(Debug)]
pub struct Past {
    pub started: Started,
    pub entries: Vec<VisitorEntry>,
    pub record: Record,
}

enum Order {
    Say(String),
    /// Says something new so often; none: no more.
    Talk(Option<Duration>),
    Send(VisitorCommand),
    /// Loads the page again.
    Reload,
    /// Starts another chat when this one has ended.
    StartOver(bool),
}

/// Its panel closes when it is dropped.
pub struct Visitor {
    seen: watch::Receiver<Seen>,
    orders: mpsc::UnboundedSender<Order>,
    task: JoinHandle<()>,
}

impl Visitor {
    /// Starts a chat, and goes on until it is dropped.
    pub fn arrive(door: Door) -> Self {
        let (seen, seeing) = watch::channel(Seen::default());
        let (orders, ordered) = mpsc::unbounded_channel();
        let pace = Pace::new();
        let panel = Panel {
            door,
            pace,
            first: Clock::System.new_entry_id(),
            thread: Thread::new(pace),
            reconnect: Reconnect::default(),
            seen,
            orders: ordered,
            talks: None,
            starts_over: false,
            said_at: Timestamp(0),
            count: 0,
        };
        Self { seen: seeing, orders, task: tokio::spawn(panel.live()) }
    }

    pub fn say(&self, text: &str) {
        self.order(Order::Say(text.to_owned()));
    }

    /// Says something new so often while not too much is on its way; none: no more.
    pub fn talk(&self, every: Option<Duration>) {
        self.order(Order::Talk(every));
    }

    /// Starts another chat whenever one has ended, or no longer.
    pub fn start_over(&self, does: bool) {
        self.order(Order::StartOver(does));
    }

    pub fn send(&self, command: VisitorCommand) {
        self.order(Order::Send(command));
    }

    pub fn reload(&self) {
        self.order(Order::Reload);
    }

    fn order(&self, order: Order) {
        assert!(self.orders.send(order).is_ok(), "the visitor's panel has panicked");
    }

    pub fn seen(&self) -> watch::Ref<'_, Seen> {
        self.seen.borrow()
    }

    /// Waits for what the panel comes to know.
    pub async fn until(&mut self, what: &str, wanted: impl Fn(&Seen) -> bool) {
        let reached = timeout(PATIENCE, self.seen.wait_for(|seen| wanted(seen))).await;
        let reached = reached.map(|reached| reached.is_ok());
        let lives = reached.unwrap_or_else(|_| panic!("never: {what}; {:?}", self.seen()));
        assert!(lives, "the visitor's panel has panicked, waiting for: {what}");
    }

    /// Waits until a text is on screen.
    pub async fn hears(&mut self, text: &str) {
        self.until(text, |seen| seen.hears(text) > 0).await;
    }

    /// Waits until everything that was said is on screen as *entregado*.
    pub async fn settles(&mut self) {
        self.until("all of it delivered", |seen| seen.ticket.is_some() && seen.on_its_way == 0)
            .await;
    }
}

impl Drop for Visitor {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Seen {
    /// How often a text is on screen.
    pub fn hears(&self, wanted: &str) -> usize {
        let texts = self.entries.iter().filter_map(|entry| match &entry.body {
            VisitorBody::Visitor { text, .. } | VisitorBody::Agent { text, .. } => Some(text),
            _ => None,
        });
        texts.filter(|text| *text == wanted).count()
    }

    /// Messages on all tickets so far.
    pub fn acknowledged(&self) -> usize {
        let past = self.past.iter().map(|past| past.record.acked.len());
        self.record.acked.len() + past.sum::<usize>()
    }

    pub fn number(&self) -> &str {
        self.started.as_ref().map_or("", |started| started.number.0.as_str())
    }

    /// The place in the queue, while it waits.
    pub fn place(&self) -> Option<u32> {
        match self.ticket.as_ref()?.chat {
            VisitorChat::Waiting { position } => Some(position),
            _ => None,
        }
    }

    pub fn is_active(&self) -> bool {
        matches!(self.ticket.as_ref().map(|ticket| &ticket.chat), Some(VisitorChat::Active { .. }))
    }

    /// Whether its chat is over, or became a request.
    pub fn has_ended(&self) -> bool {
        let chat = self.ticket.as_ref().map(|ticket| &ticket.chat);
        matches!(chat, Some(VisitorChat::Ended { .. } | VisitorChat::Request))
    }
}

/// The panel itself.
struct Panel {
    door: Door,
    pace: Pace,
    /// The id of the form's message, which it keeps until the form is answered.
    first: EntryId,
    thread: Thread<VisitorEntry>,
    reconnect: Reconnect,
    seen: watch::Sender<Seen>,
    orders: mpsc::UnboundedReceiver<Order>,
    talks: Option<Duration>,
    starts_over: bool,
    said_at: Timestamp,
    count: usize,
}

impl Panel {
    async fn live(mut self) {
        loop {
            if self.seen.borrow().started.is_none() {
                self.begin().await;
            } else {
                // Ends with the connection.
                let _ = self.connected().await;
                self.thread.on_disconnect();
            }
            self.publish();
            sleep(Pace::real(self.reconnect.pause(Pace::jitter()))).await;
        }
    }

    /// Sends the form, always with the same id.
    async fn begin(&mut self) {
        let id = self.first.to_string();
        let reply = self.door.send(|client| {
            let fields = [("id", id.as_str()), ("name", "Ana"), ("message", "Hola")];
            client.post("/w/tienda/chats").json().form(&fields)
        });
        if let Some(reply) = reply.await.filter(|reply| reply.status == 201) {
            let started: Started = serde_json::from_slice(&reply.body).expect("a Started");
            self.thread.record.said.push(started.id);
            self.thread.record.acked.insert(started.id, started.seq);
            self.seen.send_modify(|seen| seen.started = Some(started));
        }
    }

    /// One connection's life.
    async fn connected(&mut self) -> Option<()> {
        let mut socket = self.door.socket("/w/tienda/socket", visitor::SUBPROTOCOL, "").await?;
        let token = self.seen.borrow().started.as_ref().map(|started| started.token.clone());
        say(&mut socket, &VisitorCommand::Hello { token, after: self.thread.last() }).await?;
        let mut pulse = Pulse::new(self.pace.now());
        loop {
            for unsent in self.thread.due() {
                let (id, text) = (unsent.id, unsent.text);
                say(&mut socket, &VisitorCommand::Say { id, text, files: Vec::new() }).await?;
            }
            self.publish();
            if self.seen.borrow().has_ended() && self.starts_over && self.thread.on_its_way() == 0 {
                self.leave_ticket();
                return Some(());
            }
            let look = self.next_look();
            tokio::select! {
                event = receive::<VisitorEvent>(&mut socket) => {
                    pulse.on_frame(self.pace.now());
                    self.on_event(event?, &mut socket).await?;
                }
                Some(order) = self.orders.recv() => match order {
                    Order::Say(text) => {
                        self.thread.say(text);
                    }
                    Order::Talk(every) => self.talks = every,
                    Order::StartOver(does) => self.starts_over = does,
                    Order::Send(command) => say(&mut socket, &command).await?,
                    Order::Reload => {
                        self.thread.reload();
                        return Some(());
                    }
                },
                () = sleep(look) => {
                    match pulse.check(self.pace.now()) {
                        PulseCheck::Fine => {}
                        PulseCheck::Ping => say(&mut socket, &VisitorCommand::Ping).await?,
                        PulseCheck::Dead => return None,
                    }
                    self.talk();
                }
            }
        }
    }

    fn next_look(&self) -> Duration {
        let due = self.thread.next_due().map(|at| self.pace.until(at));
        let next = self.says_next_at().map(|at| self.pace.until(at));
        due.into_iter().chain(next).fold(LOOK, Duration::min)
    }

    /// When there is something new to say; none while there is not.
    fn says_next_at(&self) -> Option<Timestamp> {
        let may = self.thread.on_its_way() < IN_FLIGHT && !self.seen.borrow().has_ended();
        self.talks.filter(|_| may).map(|every| self.said_at + Pace::of(every))
    }

    /// Says something new where it is time.
    fn talk(&mut self) {
        let now = self.pace.now();
        if self.says_next_at().is_some_and(|at| at <= now) {
            self.said_at = now;
            self.count += 1;
            self.thread.say(format!("mensaje {}", self.count));
        }
    }

    async fn on_event(&mut self, event: VisitorEvent, socket: &mut Socket) -> Option<()> {
        let ask = match event {
            VisitorEvent::Welcome { ticket, .. } => {
                self.thread.on_connect();
                self.reconnect.on_connect();
                self.seen.send_modify(|seen| {
                    seen.greetings += 1;
                    seen.read_upto = ticket.seen_upto;
                    seen.ticket = Some(ticket);
                });
                None
            }
            VisitorEvent::Unknown { .. } => panic!("its token opens nothing any more"),
            VisitorEvent::Entries { entries, last } => self.thread.page(entries, last),
            VisitorEvent::Entry { entry } => self.thread.live(entry),
            VisitorEvent::Ack { id, seq, at } => {
                self.thread.on_ack(id, seq, at);
                None
            }
            VisitorEvent::Refused { id: Some(id), refusal } => {
                self.thread.on_refused(id, refusal);
                None
            }
            // The greeting could not be read from the database: it is asked for again with the next socket.
            VisitorEvent::Refused { id: None, .. } => return None,
            VisitorEvent::Ticket { ticket } => {
                self.seen.send_modify(|seen| seen.ticket = Some(ticket));
                None
            }
            VisitorEvent::Typing { .. } => {
                self.seen.send_modify(|seen| seen.typing += 1);
                None
            }
            VisitorEvent::Seen { upto } => {
                self.seen.send_modify(|seen| seen.read_upto = seen.read_upto.max(upto));
                None
            }
            VisitorEvent::GoingAway { retry_ms } => {
                self.reconnect.on_going_away(retry_ms);
                self.seen.send_modify(|seen| seen.farewells += 1);
                None
            }
            VisitorEvent::Status { .. } | VisitorEvent::Done { .. } | VisitorEvent::Pong => None,
        };
        match ask {
            Some(after) => say(socket, &VisitorCommand::Resume { after }).await,
            None => Some(()),
        }
    }

    /// The chat has ended: the next one is another ticket.
    fn leave_ticket(&mut self) {
        self.first = Clock::System.new_entry_id();
        let left = std::mem::replace(&mut self.thread, Thread::new(self.pace));
        self.seen.send_modify(|seen| {
            let started = seen.started.take().expect("a ticket");
            let entries = std::mem::take(&mut seen.entries);
            seen.past.push(Past { started, entries, record: left.record });
            seen.ticket = None;
            seen.record = Record::default();
        });
    }

    fn publish(&mut self) {
        let thread = &self.thread;
        self.seen.send_if_modified(|seen| {
            let on_its_way = thread.on_its_way();
            let is_same = seen.on_its_way == on_its_way
                && seen.entries.len() == thread.entries().len()
                && seen.record.acked.len() == thread.record.acked.len()
                && seen.record.said.len() == thread.record.said.len()
                && seen.record.refused.len() == thread.record.refused.len();
            if is_same {
                return false;
            }
            seen.on_its_way = on_its_way;
            seen.entries.truncate(thread.entries().len());
            seen.entries.extend_from_slice(&thread.entries()[seen.entries.len()..]);
            seen.record.clone_from(&thread.record);
            true
        });
    }
}

/// Every ticket that these visitors had, with what they were told of it.
pub fn tickets(visitors: &[Visitor]) -> Vec<(String, Record, Vec<VisitorEntry>)> {
    let mut all = Vec::new();
    for visitor in visitors {
        let seen = visitor.seen();
        for past in &seen.past {
            all.push((past.started.number.0.clone(), past.record.clone(), past.entries.clone()));
        }
        if let Some(started) = &seen.started {
            all.push((started.number.0.clone(), seen.record.clone(), seen.entries.clone()));
        }
    }
    let numbers: BTreeSet<&str> = all.iter().map(|(number, ..)| number.as_str()).collect();
    assert_eq!(numbers.len(), all.len(), "two visitors on one ticket");
    all
}
