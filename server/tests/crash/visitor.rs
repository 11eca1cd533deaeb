//! A client that keeps its end of the contract: an outbox, the same id again, and the last sequence it has.

use crate::{
    http::Client,
    server::{Door, PATIENCE, RETRY, Server, next_door},
};
use desk::Clock;
use futures_util::{SinkExt, StreamExt};
use protocol::{
    EntryId, Seq,
    entry::{VisitorBody, VisitorEntry},
    form::Started,
    visitor::{self, VisitorCommand, VisitorEvent},
};
use std::collections::{HashMap, VecDeque};
use tokio::{
    net::TcpStream,
    sync::watch,
    task::JoinHandle,
    time::{sleep, timeout},
};
use tokio_tungstenite::{WebSocketStream, tungstenite::Message};

/// What visitors do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    Talk,
    /// Say nothing new, and come back until everything is acknowledged.
    Finish,
    /// Do not come back.
    Leave,
}

/// What visitors have in common.
pub struct Crowd {
    phase: watch::Sender<Phase>,
    /// How many messages were acknowledged.
    acked: watch::Sender<usize>,
}

impl Crowd {
    pub fn new() -> Self {
        Self { phase: watch::Sender::new(Phase::Talk), acked: watch::Sender::new(0) }
    }

    pub fn visitor(&self, n: usize, in_flight: usize) -> Visitor {
        Visitor {
            n,
            in_flight,
            phase: self.phase.subscribe(),
            total: self.acked.clone(),
            started: None,
            first: Clock::System.new_entry_id(),
            outbox: VecDeque::new(),
            acked: HashMap::new(),
            last: Seq::START,
        }
    }

    pub fn enter(&self, phase: Phase) {
        self.phase.send_replace(phase);
    }

    /// Waits for as many more acknowledgements.
    pub async fn acknowledged(&self, more: usize) {
        let wanted = *self.acked.borrow() + more;
        let mut acked = self.acked.subscribe();
        let reached = acked.wait_for(|acked| *acked >= wanted);
        timeout(PATIENCE, reached).await.expect("messages are acknowledged").expect("a crowd");
    }
}

pub struct Visitor {
    n: usize,
    /// Messages that wait for their acknowledgement at once.
    in_flight: usize,
    phase: watch::Receiver<Phase>,
    total: watch::Sender<usize>,
    started: Option<Started>,
    first: EntryId,
    /// Not yet acknowledged, in order.
    outbox: VecDeque<EntryId>,
    acked: HashMap<EntryId, Seq>,
    last: Seq,
}

type Socket = WebSocketStream<TcpStream>;

impl Visitor {
    /// Half of them send the form, half chat.
    pub fn is_request(&self) -> bool {
        self.n.is_multiple_of(2)
    }

    pub fn email(&self) -> String {
        format!("v{}@example.com", self.n)
    }

    pub fn started(&self) -> Option<&Started> {
        self.started.as_ref()
    }

    fn phase(&self) -> Phase {
        *self.phase.borrow()
    }

    /// In a task of its own, until the phase or the server ends it.
    pub fn spawn(self, server: &Server) -> JoinHandle<Self> {
        tokio::spawn(self.live(server.door()))
    }

    async fn live(mut self, mut door: watch::Receiver<Option<Door>>) -> Self {
        let mut phase = self.phase.clone();
        loop {
            let is_done = self.started.is_some() && self.outbox.is_empty();
            if self.phase() == Phase::Leave || (self.phase() == Phase::Finish && is_done) {
                return self;
            }
            let open = tokio::select! {
                () = leaving(&mut phase) => continue,
                open = next_door(&mut door) => open,
            };
            match open {
                Some(open) if self.started.is_none() => drop(self.begin(&open).await),
                Some(open) => drop(self.talk(&open).await),
                None => return self,
            }
            sleep(RETRY).await;
        }
    }

    /// Sends its form, always with the same id.
    async fn begin(&mut self, door: &Door) -> Option<()> {
        let id = self.first.to_string();
        let email = self.email();
        let fields = [("id", id.as_str()), ("email", &email), ("message", "Hola")];
        let kind = if self.is_request() { "requests" } else { "chats" };
        let ask = Client(door.address).post(format!("/w/tienda/{kind}")).json().form(&fields);
        let reply = ask.try_send().await.ok().filter(|reply| reply.status == 201)?;
        let started: Started = serde_json::from_slice(&reply.body).expect("a Started");
        self.acked.insert(started.id, started.seq);
        self.started = Some(started);
        Some(())
    }

    /// One connection's life.
    async fn talk(&mut self, door: &Door) -> Option<()> {
        let mut socket = self.hello(door, self.last).await?;
        loop {
            match recv(&mut socket).await? {
                VisitorEvent::Welcome { .. } => break,
                VisitorEvent::Refused { .. } => return None,
                VisitorEvent::Unknown { .. } => panic!("its token opens nothing any more"),
                _ => {}
            }
        }
        // Everything that was not acknowledged goes again, as it was.
        for id in self.outbox.clone() {
            send(&mut socket, id).await?;
        }
        loop {
            while self.outbox.len() < self.in_flight && self.phase() == Phase::Talk {
                let id = Clock::System.new_entry_id();
                self.outbox.push_back(id);
                send(&mut socket, id).await?;
            }
            if self.outbox.is_empty() {
                return Some(());
            }
            match recv(&mut socket).await? {
                VisitorEvent::Ack { id, seq, .. } => {
                    let known = self.acked.insert(id, seq);
                    assert!(known.is_none_or(|known| known == seq), "one message, two places");
                    self.outbox.retain(|waiting| *waiting != id);
                    self.total.send_modify(|total| *total += 1);
                }
                VisitorEvent::Entries { entries, last } => {
                    self.read(&entries);
                    if self.last < last {
                        say(&mut socket, &VisitorCommand::Resume { after: self.last }).await?;
                    }
                }
                VisitorEvent::Entry { entry } if entry.seq == self.last.next() => {
                    self.last = entry.seq;
                }
                VisitorEvent::Entry { entry } if entry.seq > self.last => {
                    say(&mut socket, &VisitorCommand::Resume { after: self.last }).await?;
                }
                // A passing fault: the outbox tries again with the next connection.
                VisitorEvent::Refused { .. } => return None,
                _ => {}
            }
        }
    }

    fn read(&mut self, entries: &[VisitorEntry]) {
        for entry in entries {
            assert!(entry.seq <= self.last.next(), "a gap after {:?}: {:?}", self.last, entry.seq);
            self.last = self.last.max(entry.seq);
        }
    }

    async fn hello(&self, door: &Door, after: Seq) -> Option<Socket> {
        let mut socket = door.socket("/w/tienda/socket", visitor::SUBPROTOCOL, "").await?;
        let token = self.started.as_ref().map(|started| started.token.clone());
        say(&mut socket, &VisitorCommand::Hello { token, after }).await?;
        Some(socket)
    }

    /// The messages that were acknowledged and are not where the acknowledgement said, once. What there is of the
    /// ticket is read as a newcomer reads it, and has no gap.
    pub async fn lost(&self, door: &Door) -> Vec<EntryId> {
        let entries = self.all(door).await.expect("the server answers");
        assert!(
            entries.iter().zip(1..).all(|(entry, n)| entry.seq == Seq(n)),
            "a gap in visitor {}",
            self.n
        );
        let mut places: HashMap<EntryId, Vec<Seq>> = HashMap::new();
        for entry in &entries {
            if matches!(entry.body, VisitorBody::Visitor { .. }) {
                places.entry(entry.id).or_default().push(entry.seq);
            }
        }
        assert!(places.values().all(|places| places.len() == 1), "a message that is there twice");
        let is_there = |(id, seq): &(&EntryId, &Seq)| places.get(id) == Some(&vec![**seq]);
        self.acked.iter().filter(|acked| !is_there(acked)).map(|(id, _)| *id).collect()
    }

    /// How many messages were acknowledged.
    pub fn acknowledged(&self) -> usize {
        self.acked.len()
    }

    /// All entries; none of them where the token opens nothing.
    async fn all(&self, door: &Door) -> Option<Vec<VisitorEntry>> {
        let mut all: Vec<VisitorEntry> = Vec::new();
        let mut socket = self.hello(door, Seq::START).await?;
        loop {
            match recv(&mut socket).await? {
                VisitorEvent::Unknown { .. } => return Some(all),
                VisitorEvent::Entries { entries, last } => {
                    all.extend(entries);
                    let after = all.last().map_or(Seq::START, |entry| entry.seq);
                    if after >= last {
                        return Some(all);
                    }
                    say(&mut socket, &VisitorCommand::Resume { after }).await?;
                }
                _ => {}
            }
        }
    }
}

async fn leaving(phase: &mut watch::Receiver<Phase>) {
    let _ = phase.wait_for(|phase| *phase == Phase::Leave).await;
}

async fn send(socket: &mut Socket, id: EntryId) -> Option<()> {
    let text = format!("mensaje {id}");
    say(socket, &VisitorCommand::Say { id, text, files: Vec::new() }).await
}

async fn say(socket: &mut Socket, command: &VisitorCommand) -> Option<()> {
    socket.send(Message::text(serde_json::to_string(command).expect("JSON"))).await.ok()
}

/// The next event; none when the server is gone.
async fn recv(socket: &mut Socket) -> Option<VisitorEvent> {
    loop {
        match socket.next().await? {
            Ok(Message::Text(text)) => return serde_json::from_str(text.as_str()).ok(),
            Ok(_) => {}
            Err(_) => return None,
        }
    }
}
