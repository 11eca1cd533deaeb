//! What one sender says on one ticket is stored in the order in which it was said (`behaviours.md`, "Delivery
//! contract", 7): texts and files, in chats and on requests, by visitors and agents, also when the connection is lost
//! and when a message is refused for now. What the database does not take just now is in the desk's own tests.

use crate::world::{
    EMAIL, Engine, SITE, World, behind_a_proxy,
    socket::{Came, Socket},
};
use desk::{console::ConsoleGuard, people::Agent};
use futures_util::SinkExt;
use proptest::{
    prelude::*,
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};
use protocol::{
    EntryId, FileId, Seq, TicketId, TicketToken,
    agent::{AgentCommand, AgentEvent, AgentState},
    form::Started,
    visitor::{self, VisitorCommand, VisitorEvent},
};
use std::{collections::VecDeque, time::Duration};
use tokio_tungstenite::tungstenite::Message;

#[test]
fn what_one_sender_says_is_stored_in_the_order_it_was_said_on_sqlite() {
    check(Engine::Sqlite, 60);
}

#[test]
fn what_one_sender_says_is_stored_in_the_order_it_was_said_on_postgres() {
    if Engine::Postgres.is_here() {
        check(Engine::Postgres, 30);
    }
}

/// Runs so many cases; those of a run are always the same, so that what failed once fails again.
fn check(engine: Engine, cases: u32) {
    let config =
        Config { cases, failure_persistence: None, max_shrink_iters: 30, ..Config::default() };
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime");
    let scene = runtime.block_on(Scene::new(engine));
    let talk = (side(), place(), prop::collection::vec(round(), 1..6));
    let outcome = TestRunner::new_with_rng(config, rng).run(&talk, |(side, place, rounds)| {
        let (said, stored) = runtime.block_on(scene.talk(side, place, rounds));
        prop_assert_eq!(stored, said);
        Ok(())
    });
    // Within the runtime, which the server's tasks want to the end.
    runtime.block_on(async { drop(scene) });
    outcome.unwrap_or_else(|failure| panic!("{failure}"));
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Side {
    Visitor,
    Agent,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Chat,
    Request,
}

/// Messages that leave in one write, and what the sender does then.
#[derive(Clone, Debug)]
struct Round {
    /// Each with a file or without.
    lines: Vec<bool>,
    /// None: waits for every acknowledgement. Some: the connection is lost after so many answers.
    cut_after: Option<usize>,
}

fn side() -> impl Strategy<Value = Side> {
    prop_oneof![Just(Side::Visitor), Just(Side::Agent)]
}

fn place() -> impl Strategy<Value = Place> {
    prop_oneof![Just(Place::Chat), Just(Place::Request)]
}

fn round() -> impl Strategy<Value = Round> {
    let line = prop::bool::weighted(0.3);
    let cut_after = prop_oneof![2 => Just(None), 1 => (0..3_usize).prop_map(Some)];
    (prop::collection::vec(line, 1..7), cut_after)
        .prop_map(|(lines, cut_after)| Round { lines, cut_after })
}

/// A server where anybody may talk.
struct Scene {
    world: World,
    agent: Agent,
    cookie: String,
    _there: ConsoleGuard,
}

impl Scene {
    async fn new(engine: Engine) -> Self {
        let world = World::new(engine).await;
        let (cookie, agent) = world.agent(EMAIL).await;
        world.desk().set_agent_state(agent.id, AgentState::Available).await.unwrap();
        let there = world.desk().console_connected(agent.id);
        world.until(|| world.is_open("tienda")).await;
        Self { world, agent, cookie, _there: there }
    }

    /// Everything that one sender says on a new ticket, and what of it is stored, each in order.
    async fn talk(
        &self,
        side: Side,
        place: Place,
        rounds: Vec<Round>,
    ) -> (Vec<EntryId>, Vec<EntryId>) {
        let started = match place {
            Place::Chat => self.world.start_chat("tienda", "Hola").await,
            Place::Request => self.world.ask("tienda", "Hola").await,
        };
        let ticket = self.ticket(&started).await;
        if place == Place::Chat {
            let item = self.world.desk().find_worklist_item(&self.agent, ticket).await;
            let chat = item.unwrap().unwrap().chat.unwrap();
            self.world.desk().accept(&self.agent, chat).await.unwrap();
        }
        let (token, mut said) = (started.token, Vec::new());
        let mut sender = Sender::connect(self, side, ticket, &token).await;
        for round in rounds {
            let mut new = VecDeque::new();
            for with_file in round.lines {
                let unsent = self.write(side, ticket, &token, with_file).await;
                said.push(unsent.id);
                new.push_back(unsent);
            }
            sender.say(new).await;
            match round.cut_after {
                None => sender.settle().await,
                Some(answers) => {
                    for _ in 0..answers.min(sender.on_their_way) {
                        sender.recv_answer().await;
                    }
                    sender = sender.connect_again(&token).await;
                }
            }
        }
        sender.settle().await;
        let entries = self.world.desk().agent_entries(&self.agent, ticket, Seq::START).await;
        let (entries, last) = entries.unwrap();
        assert_eq!(entries.last().unwrap().seq, last, "all on one page");
        let stored = entries.iter().map(|entry| entry.id).filter(|id| said.contains(id)).collect();
        // Nobody is kept from the next chat by this one.
        if place == Place::Chat {
            let visitor = self.visitor(&token).await;
            self.world.desk().end_chat_as_visitor(visitor).await.unwrap();
        }
        (said, stored)
    }

    async fn visitor(&self, token: &TicketToken) -> desk::tickets::Visitor {
        let site = self.world.desk().find_site(&protocol::SiteKey("tienda".into())).unwrap();
        self.world.desk().find_visitor(site.id, token).await.unwrap().unwrap()
    }

    async fn ticket(&self, started: &Started) -> TicketId {
        self.visitor(&started.token).await.ticket
    }

    async fn write(
        &self,
        side: Side,
        ticket: TicketId,
        token: &TicketToken,
        with_file: bool,
    ) -> Unsent {
        let mut files = Vec::new();
        if with_file {
            let post = match side {
                Side::Visitor => self.world.client.post("/w/tienda/files").bearer(&token.0),
                Side::Agent => {
                    let path = format!("/console/files?ticket={ticket}");
                    self.world.client.post(path).cookie(&self.cookie)
                }
            };
            let post = post.json().multipart(&[], &[("file", "nota.txt", b"hola")]);
            let reply = post.send().await;
            assert_eq!(reply.status, 201, "{}", reply.text());
            files.push(reply.value()["id"].as_str().unwrap().parse().unwrap());
        }
        Unsent { id: self.world.clock.new_entry_id(), files }
    }
}

#[derive(Clone)]
struct Unsent {
    id: EntryId,
    files: Vec<FileId>,
}

/// A client that keeps its end of the delivery contract.
struct Sender<'a> {
    scene: &'a Scene,
    side: Side,
    ticket: TicketId,
    socket: Socket,
    /// In the order in which they were said.
    unacknowledged: VecDeque<Unsent>,
    /// Frames without an answer.
    on_their_way: usize,
}

impl<'a> Sender<'a> {
    async fn connect(
        scene: &'a Scene,
        side: Side,
        ticket: TicketId,
        token: &TicketToken,
    ) -> Sender<'a> {
        let world = &scene.world;
        let socket = match side {
            Side::Visitor => Socket::talking(world, "tienda", token, Seq::START).await,
            Side::Agent => {
                let mut socket = Socket::console(world, &scene.cookie).await;
                socket.say_agent(AgentCommand::Hello).await;
                let welcome = |event| matches!(event, AgentEvent::Welcome { .. }).then_some(());
                socket.until_agent(welcome).await;
                socket
            }
        };
        Self { scene, side, ticket, socket, unacknowledged: VecDeque::new(), on_their_way: 0 }
    }

    /// The connection is lost; on the next one everything that is not acknowledged goes again.
    async fn connect_again(self, token: &TicketToken) -> Self {
        let Self { scene, side, ticket, unacknowledged, socket, .. } = self;
        drop(socket);
        let mut next = Self::connect(scene, side, ticket, token).await;
        next.say(unacknowledged).await;
        next
    }

    /// Sends messages in one write.
    async fn say(&mut self, messages: VecDeque<Unsent>) {
        for message in &messages {
            self.feed(message.clone()).await;
        }
        let _ = self.socket.0.flush().await;
        self.unacknowledged.extend(messages);
    }

    async fn feed(&mut self, Unsent { id, files }: Unsent) {
        let (ticket, text) = (self.ticket, "una línea".to_owned());
        let frame = match self.side {
            Side::Visitor => serde_json::to_string(&VisitorCommand::Say { id, text, files }),
            Side::Agent => serde_json::to_string(&AgentCommand::Say { ticket, id, text, files }),
        };
        let _ = self.socket.0.feed(Message::text(frame.unwrap())).await;
        self.on_their_way += 1;
    }

    /// Until everything is acknowledged.
    async fn settle(&mut self) {
        while self.on_their_way > 0 {
            self.recv_answer().await;
        }
        assert!(self.unacknowledged.is_empty());
    }

    /// The answer to one message.
    async fn recv_answer(&mut self) {
        let id = match self.side {
            Side::Visitor => loop {
                match self.socket.next::<VisitorEvent>().await {
                    Came::Event(VisitorEvent::Ack { id, .. }) => break id,
                    Came::Event(VisitorEvent::Refused { refusal, .. }) => panic!("{refusal}"),
                    Came::Event(_) => {}
                    Came::Closed(code) => panic!("closed with {code}"),
                }
            },
            Side::Agent => loop {
                match self.socket.next::<AgentEvent>().await {
                    Came::Event(AgentEvent::Ack { id, .. }) => break id,
                    Came::Event(AgentEvent::Refused { refusal, .. }) => panic!("{refusal}"),
                    Came::Event(_) => {}
                    Came::Closed(code) => panic!("closed with {code}"),
                }
            },
        };
        self.on_their_way -= 1;
        self.unacknowledged.retain(|unsent| unsent.id != id);
    }
}

#[tokio::test]
async fn what_was_said_after_a_message_that_was_refused_for_now_is_stored_after_it() {
    let world = World::with(Engine::Sqlite, behind_a_proxy).await;
    world.apply(&format!("{SITE}[limits]\nmessages_per_minute = 2\n")).await;
    let _there = world.somebody_there().await;
    let chat = world.start_chat("tienda", "Hola").await;
    let origin = world.origin();
    let headers = [("origin", origin.as_str()), ("x-forwarded-for", "203.0.113.9")];
    let path = "/w/tienda/socket";
    let mut socket = Socket::connect(&world, path, visitor::SUBPROTOCOL, &headers).await.unwrap();
    let token = Some(chat.token.clone());
    socket.say(&VisitorCommand::Hello { token, after: Seq::START }).await;
    let answer = |event| match event {
        VisitorEvent::Ack { id, .. } => Some((id, true)),
        VisitorEvent::Refused { id, .. } => Some((id?, false)),
        _ => None,
    };
    let ids: Vec<EntryId> = (0..4).map(|_| world.clock.new_entry_id()).collect();
    for (id, is_stored) in ids.iter().zip([true, true, false]) {
        socket.message(*id, "Una línea").await;
        assert_eq!(socket.until(answer).await, (*id, is_stored));
    }
    // By now there is room, for the one that waits.
    world.clock.advance(Duration::from_mins(1));
    for (id, is_stored) in [(ids[3], false), (ids[2], true), (ids[3], true)] {
        socket.message(id, "Una línea").await;
        assert_eq!(socket.until(answer).await, (id, is_stored));
    }
}
