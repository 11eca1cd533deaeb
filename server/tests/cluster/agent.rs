//! An agent as a browser has one: the session, the console's socket, and the clients' halves of the delivery contract.

use crate::{
    door::{Door, Socket, receive, say},
    http::Reply,
    pace::Pace,
    thread::{Record, Thread},
    wait::{PATIENCE, eventually},
};
use protocol::{
    ChatId, Seq, TicketId, Timestamp,
    agent::{self, AgentCommand, AgentEvent, Conversation, Offer, WorkItem, WorkKind},
    delivery::{Pulse, PulseCheck, Reconnect},
    entry::{AgentBody, AgentEntry},
};
use std::{collections::BTreeMap, time::Duration};
use tokio::{
    sync::{mpsc, watch},
    task::JoinHandle,
    time::{sleep, timeout},
};

pub const PASSWORD: &str = "una clave muy larga";
/// The longest pause between two looks at timers.
const LOOK: Duration = Duration::from_millis(200);

/// What an agent's console knows.
#[derive(Debug, Default)]
pub struct Desk {
    pub greetings: usize,
    pub farewells: usize,
    /// Whether its socket is open and greeted.
    pub is_connected: bool,
    pub offers: BTreeMap<ChatId, Offer>,
    pub work: BTreeMap<TicketId, WorkItem>,
    /// What is watched.
    pub talks: BTreeMap<TicketId, Talk>,
}

/// A ticket on screen.
#[derive(Debug, Default)]
pub struct Talk {
    pub head: Option<Conversation>,
    pub entries: Vec<AgentEntry>,
    pub record: Record,
    pub on_its_way: usize,
    pub typing: usize,
    /// What was last said of whether the visitor's panel is open.
    pub visitor_is_there: bool,
}

/// What an agent does of themselves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Habits {
    /// Takes whatever rings.
    pub takes: bool,
    /// Answers a visitor's message after so many of them; 0: none.
    pub answers_every: usize,
    /// Ends a chat after so many answers; 0: none.
    pub ends_after: usize,
}

enum Order {
    Watch(TicketId),
    Say(TicketId, String),
    Send(AgentCommand),
    Habits(Habits),
}

/// The console closes when it is dropped.
pub struct Agent {
    pub name: String,
    caller: Caller,
    desk: watch::Receiver<Desk>,
    orders: mpsc::UnboundedSender<Order>,
    task: JoinHandle<()>,
}

/// Asks the server with the agent's session.
#[derive(Clone)]
struct Caller {
    door: Door,
    cookie: String,
}

impl Agent {
    /// Signed in, Disponible, with a console that is greeted.
    pub async fn sign_in(name: &str, email: &str, door: Door) -> Self {
        let fields = [("email", email), ("password", PASSWORD)];
        let cookie = eventually("a session", async || {
            let ask = door.send(|client| client.post("/console/sign-in").form(&fields));
            ask.await?.set_cookie("ayuda_session")
        })
        .await;
        let mut agent = Self::open(name, Caller { door, cookie });
        agent.until("a greeting", |desk| desk.greetings > 0).await;
        agent.become_state("available").await;
        agent
    }

    /// The same agent's console in another browser.
    pub async fn another_console(&self, door: Door) -> Self {
        let mut agent = Self::open(&self.name, Caller { door, ..self.caller.clone() });
        agent.until("a greeting", |desk| desk.greetings > 0).await;
        agent
    }

    fn open(name: &str, caller: Caller) -> Self {
        let (desk, knowing) = watch::channel(Desk::default());
        let (orders, ordered) = mpsc::unbounded_channel();
        let console = Console {
            caller: caller.clone(),
            pace: Pace::new(),
            threads: BTreeMap::new(),
            reconnect: Reconnect::default(),
            desk,
            orders: ordered,
            habits: Habits::default(),
        };
        let task = tokio::spawn(console.live());
        Self { name: name.to_owned(), caller, desk: knowing, orders, task }
    }

    /// `available` or `away`.
    pub async fn become_state(&self, state: &str) {
        let reply = self.caller.insist("/console/api/state", &[("state", state)]).await;
        assert_eq!(reply.status, 200, "{}", reply.text());
    }

    /// Takes a chat; its ticket, or none where another has it.
    pub async fn accept(&self, chat: ChatId) -> Option<TicketId> {
        let reply =
            self.caller.insist("/console/api/chats/accept", &[("chat", &chat.to_string())]).await;
        let ticket = (reply.status == 200)
            .then(|| serde_json::from_slice(&reply.body).expect("a ticket"))?;
        self.order(Order::Watch(ticket));
        Some(ticket)
    }

    /// Takes the chat that rings next.
    pub async fn take(&mut self) -> TicketId {
        self.until("a chat rings", |desk| !desk.offers.is_empty()).await;
        let chat = *self.desk().offers.keys().next().expect("it rings");
        self.accept(chat).await.expect("it is there to be taken")
    }

    pub fn say(&self, ticket: TicketId, text: &str) {
        self.order(Order::Say(ticket, text.to_owned()));
    }

    pub fn send(&self, command: AgentCommand) {
        self.order(Order::Send(command));
    }

    pub fn follow(&self, habits: Habits) {
        self.order(Order::Habits(habits));
    }

    fn order(&self, order: Order) {
        assert!(self.orders.send(order).is_ok(), "the console of {} has panicked", self.name);
    }

    pub fn desk(&self) -> watch::Ref<'_, Desk> {
        self.desk.borrow()
    }

    /// Waits for what the console comes to know.
    pub async fn until(&mut self, what: &str, wanted: impl Fn(&Desk) -> bool) {
        let reached = timeout(PATIENCE, self.desk.wait_for(|desk| wanted(desk))).await;
        let reached = reached.map(|reached| reached.is_ok());
        let lives = reached.unwrap_or_else(|_| panic!("never: {what}; {:?}", self.desk()));
        assert!(lives, "the console of {} has panicked, waiting for: {what}", self.name);
    }

    /// Waits until a text is on screen.
    pub async fn hears(&mut self, ticket: TicketId, text: &str) {
        self.until(text, |desk| desk.talks.get(&ticket).is_some_and(|talk| talk.hears(text) > 0))
            .await;
    }

    /// Waits until everything that was said is delivered.
    pub async fn settles(&mut self) {
        self.until("all of it delivered", |desk| {
            desk.is_connected && desk.talks.values().all(|talk| talk.on_its_way == 0)
        })
        .await;
    }
}

impl Desk {
    /// The chat of a ticket in the list, while somebody may take it.
    pub fn chat_of(&self, number: &str) -> Option<ChatId> {
        self.work.values().find(|item| item.number.0 == number)?.chat
    }
}

impl Drop for Agent {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Talk {
    /// How often a text is on screen.
    pub fn hears(&self, wanted: &str) -> usize {
        let texts = self.entries.iter().filter_map(|entry| match &entry.body {
            AgentBody::Visitor { text, .. } | AgentBody::Agent { text, .. } => Some(text),
            _ => None,
        });
        texts.filter(|text| *text == wanted).count()
    }
}

impl Caller {
    /// None where nobody answers, or nobody can right now.
    async fn call(&self, path: &str, fields: &[(&str, &str)]) -> Option<Reply> {
        let reply = self.door.send(|client| {
            client
                .post(path)
                .json()
                .cookie(&self.cookie)
                .header("sec-fetch-site", "same-origin")
                .form(fields)
        });
        reply.await.filter(|reply| reply.status < 500)
    }

    /// Asks again until somebody answers, as people do.
    async fn insist(&self, path: &str, fields: &[(&str, &str)]) -> Reply {
        eventually(path, async || self.call(path, fields).await).await
    }
}

/// The console itself.
struct Console {
    caller: Caller,
    pace: Pace,
    threads: BTreeMap<TicketId, Thread<AgentEntry>>,
    reconnect: Reconnect,
    desk: watch::Sender<Desk>,
    orders: mpsc::UnboundedReceiver<Order>,
    habits: Habits,
}

impl Console {
    async fn live(mut self) {
        loop {
            let _ = self.connected().await;
            self.threads.values_mut().for_each(Thread::on_disconnect);
            self.desk.send_modify(|desk| desk.is_connected = false);
            sleep(Pace::real(self.reconnect.pause(Pace::jitter()))).await;
        }
    }

    /// One connection's life.
    async fn connected(&mut self) -> Option<()> {
        let (door, cookie) = (&self.caller.door, &self.caller.cookie);
        let mut socket = door.socket("/console/socket", agent::SUBPROTOCOL, cookie).await?;
        say(&mut socket, &AgentCommand::Hello).await?;
        let mut pulse = Pulse::new(self.pace.now());
        loop {
            self.flush(&mut socket).await?;
            self.publish();
            let look = self.next_look();
            tokio::select! {
                event = receive::<AgentEvent>(&mut socket) => {
                    pulse.on_frame(self.pace.now());
                    self.on_event(event?, &mut socket).await?;
                }
                Some(order) = self.orders.recv() => match order {
                    Order::Watch(ticket) => self.watch(ticket, &mut socket).await?,
                    Order::Say(ticket, text) => {
                        self.threads.get_mut(&ticket).expect("it is watched").say(text);
                    }
                    Order::Send(command) => say(&mut socket, &command).await?,
                    Order::Habits(habits) => {
                        self.habits = habits;
                        self.take_what_rings(&mut socket).await?;
                    }
                },
                () = sleep(look) => match pulse.check(self.pace.now()) {
                    PulseCheck::Fine => {}
                    PulseCheck::Ping => say(&mut socket, &AgentCommand::Ping).await?,
                    PulseCheck::Dead => return None,
                },
            }
        }
    }

    async fn flush(&mut self, socket: &mut Socket) -> Option<()> {
        for (ticket, thread) in &mut self.threads {
            for unsent in thread.due() {
                let (id, text) = (unsent.id, unsent.text);
                let say_it = AgentCommand::Say { ticket: *ticket, id, text, files: Vec::new() };
                say(socket, &say_it).await?;
            }
        }
        Some(())
    }

    fn next_look(&self) -> Duration {
        let due = self
            .threads
            .values()
            .filter_map(Thread::next_due)
            .map(|at: Timestamp| self.pace.until(at));
        due.fold(LOOK, Duration::min)
    }

    async fn on_event(&mut self, event: AgentEvent, socket: &mut Socket) -> Option<()> {
        match event {
            AgentEvent::Welcome { work, offers, .. } => {
                self.reconnect.on_connect();
                self.desk.send_modify(|desk| {
                    desk.greetings += 1;
                    desk.is_connected = true;
                    desk.offers = offers.into_iter().map(|offer| (offer.chat, offer)).collect();
                    desk.work = work.into_iter().map(|item| (item.ticket, item)).collect();
                });
                let watched: Vec<TicketId> = self.threads.keys().copied().collect();
                for ticket in watched {
                    self.threads.get_mut(&ticket).expect("it is watched").on_connect();
                    self.ask(ticket, socket).await?;
                }
                self.watch_what_is_mine(socket).await?;
                self.take_what_rings(socket).await
            }
            AgentEvent::Work { item } => {
                self.desk.send_modify(|desk| drop(desk.work.insert(item.ticket, *item)));
                self.watch_what_is_mine(socket).await
            }
            AgentEvent::WorkGone { ticket } => {
                self.desk.send_modify(|desk| drop(desk.work.remove(&ticket)));
                Some(())
            }
            AgentEvent::Offer { offer } => {
                self.desk.send_modify(|desk| drop(desk.offers.insert(offer.chat, *offer)));
                self.take_what_rings(socket).await
            }
            AgentEvent::OfferGone { chat } => {
                self.desk.send_modify(|desk| drop(desk.offers.remove(&chat)));
                Some(())
            }
            AgentEvent::Conversation { conversation } => {
                self.desk.send_modify(|desk| {
                    let talk = desk.talks.entry(conversation.ticket).or_default();
                    talk.visitor_is_there = conversation.visitor_present;
                    talk.head = Some(*conversation);
                });
                Some(())
            }
            AgentEvent::Entries { ticket, entries, last } => {
                let thread = self.threads.get_mut(&ticket)?;
                let before = thread.entries().len();
                let ask = thread.page(entries, last);
                self.answer(ticket, before).await;
                self.ask_after(ticket, ask, socket).await
            }
            AgentEvent::Entry { ticket, entry } => {
                let thread = self.threads.get_mut(&ticket)?;
                let before = thread.entries().len();
                let ask = thread.live(entry);
                self.answer(ticket, before).await;
                self.ask_after(ticket, ask, socket).await
            }
            AgentEvent::Ack { ticket, id, seq, at } => {
                self.threads.get_mut(&ticket)?.on_ack(id, seq, at);
                Some(())
            }
            AgentEvent::Refused { ticket: Some(ticket), id: Some(id), refusal } => {
                self.threads.get_mut(&ticket)?.on_refused(id, refusal);
                Some(())
            }
            // What was asked for could not be read: it is asked for again with the next socket.
            AgentEvent::Refused { .. } => None,
            AgentEvent::Typing { ticket } => {
                self.desk.send_modify(|desk| desk.talks.entry(ticket).or_default().typing += 1);
                Some(())
            }
            AgentEvent::VisitorPresent { ticket, present } => {
                self.desk.send_modify(|desk| {
                    desk.talks.entry(ticket).or_default().visitor_is_there = present;
                });
                Some(())
            }
            AgentEvent::SignedOut => panic!("the session has ended"),
            AgentEvent::GoingAway { retry_ms } => {
                self.reconnect.on_going_away(retry_ms);
                self.desk.send_modify(|desk| desk.farewells += 1);
                Some(())
            }
            AgentEvent::AccessLost { .. }
            | AgentEvent::Listed { .. }
            | AgentEvent::Seen { .. }
            | AgentEvent::State { .. }
            | AgentEvent::Pong => Some(()),
        }
    }

    /// Also those that were taken by an accept whose answer was lost.
    async fn watch_what_is_mine(&mut self, socket: &mut Socket) -> Option<()> {
        let mine: Vec<TicketId> = {
            let desk = self.desk.borrow();
            let mine = desk.work.values().filter(|item| item.kind == WorkKind::MyChat);
            mine.map(|item| item.ticket)
                .filter(|ticket| !self.threads.contains_key(ticket))
                .collect()
        };
        for ticket in mine {
            self.watch(ticket, socket).await?;
        }
        Some(())
    }

    async fn watch(&mut self, ticket: TicketId, socket: &mut Socket) -> Option<()> {
        if self.threads.contains_key(&ticket) {
            return Some(());
        }
        let mut thread = Thread::new(self.pace);
        thread.on_connect();
        self.threads.insert(ticket, thread);
        self.ask(ticket, socket).await
    }

    async fn ask(&mut self, ticket: TicketId, socket: &mut Socket) -> Option<()> {
        let after = self.threads[&ticket].last();
        say(socket, &AgentCommand::Watch { ticket, after }).await
    }

    async fn ask_after(
        &mut self,
        ticket: TicketId,
        after: Option<Seq>,
        socket: &mut Socket,
    ) -> Option<()> {
        match after {
            Some(after) => say(socket, &AgentCommand::Watch { ticket, after }).await,
            None => Some(()),
        }
    }

    async fn take_what_rings(&mut self, socket: &mut Socket) -> Option<()> {
        if !self.habits.takes {
            return Some(());
        }
        let ringing: Vec<ChatId> = self.desk.borrow().offers.keys().copied().collect();
        for chat in ringing {
            let chat_text = chat.to_string();
            // Unanswered, it rings on, and is in the next greeting.
            let reply =
                self.caller.call("/console/api/chats/accept", &[("chat", &chat_text)]).await?;
            self.desk.send_modify(|desk| drop(desk.offers.remove(&chat)));
            if reply.status == 200 {
                let ticket = serde_json::from_slice(&reply.body).expect("a ticket");
                self.watch(ticket, socket).await?;
            }
        }
        Some(())
    }

    /// By habit: answers what visitors said after this many entries, and ends chats.
    async fn answer(&mut self, ticket: TicketId, before: usize) {
        if self.habits.answers_every == 0 {
            return;
        }
        let thread = self.threads.get_mut(&ticket).expect("it is watched");
        let has_ended = |entry: &AgentEntry| matches!(entry.body, AgentBody::ChatEnded { .. });
        if thread.entries().iter().any(has_ended) {
            return;
        }
        let is_visitors = |entry: &&AgentEntry| matches!(entry.body, AgentBody::Visitor { .. });
        let heard = thread.entries().iter().filter(is_visitors).count();
        let heard_before = thread.entries()[..before].iter().filter(is_visitors).count();
        let answers = heard / self.habits.answers_every - heard_before / self.habits.answers_every;
        for _ in 0..answers {
            thread.say(format!("respuesta {}", thread.record.said.len() + 1));
        }
        let said = thread.record.said.len();
        if self.habits.ends_after > 0 && said >= self.habits.ends_after && thread.on_its_way() == 0
        {
            let fields = [("ticket", ticket.to_string()), ("reason", "Resuelto".to_owned())];
            let fields = fields.each_ref().map(|(name, value)| (*name, value.as_str()));
            // Where it is not answered, the next message brings it up again.
            let _ = self.caller.call("/console/api/chats/end", &fields).await;
        }
    }

    fn publish(&mut self) {
        let threads = &self.threads;
        self.desk.send_if_modified(|desk| {
            let mut is_new = false;
            for (ticket, thread) in threads {
                let talk = desk.talks.entry(*ticket).or_default();
                let on_its_way = thread.on_its_way();
                if talk.on_its_way == on_its_way
                    && talk.entries.len() == thread.entries().len()
                    && talk.record.acked.len() == thread.record.acked.len()
                    && talk.record.said.len() == thread.record.said.len()
                {
                    continue;
                }
                is_new = true;
                talk.on_its_way = on_its_way;
                talk.entries.extend_from_slice(&thread.entries()[talk.entries.len()..]);
                talk.record.clone_from(&thread.record);
            }
            is_new
        });
    }
}
