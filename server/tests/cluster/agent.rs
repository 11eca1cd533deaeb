//! An agent as a browser has one: the session, the console's socket, and the clients' halves of the delivery contract.

mod console;

use crate::{
    door::Door,
    http::Reply,
    thread::Record,
    wait::{PATIENCE, eventually},
};
use console::Console;
use protocol::{
    ChatId, TicketId,
    agent::{AgentCommand, Conversation, Offer, WorkItem},
    entry::{AgentBody, AgentEntry},
};
use std::collections::BTreeMap;
use tokio::{
    sync::{mpsc, watch},
    task::JoinHandle,
    time::timeout,
};

pub const PASSWORD: &str = "una clave muy larga";

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
        let console = Console::new(caller.clone(), desk, ordered);
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

    /// The same where it may ring off again before it is taken, and rings once more.
    pub async fn take_in_the_end(&mut self) -> TicketId {
        loop {
            self.until("a chat rings", |desk| !desk.offers.is_empty()).await;
            let Some(chat) = self.desk().offers.keys().next().copied() else { continue };
            if let Some(ticket) = self.accept(chat).await {
                return ticket;
            }
            // Who let it ring is in RONA, and leaves that by hand.
            self.become_state("available").await;
        }
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
