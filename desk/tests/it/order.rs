//! What a connection says without waiting for answers is stored in the order it was said (`behaviours.md`, "Delivery
//! contract", 7), also when the database does not take a message just now and when what is not acknowledged goes again
//! on another connection.

use crate::world::{Engine, World};
use desk::{
    Desk, Result, Turn, Turns, console::ConsoleGuard, live::Receipt, people::Agent, sites::Site,
    tickets::Visitor,
};
use proptest::{
    prelude::*,
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};
use protocol::{EntryId, Seq};
use std::{
    collections::VecDeque,
    future::poll_fn,
    pin::Pin,
    sync::Arc,
    task::Poll::{self, Pending, Ready},
};
use tokio::task::JoinHandle;

#[test]
fn what_a_connection_says_is_stored_in_the_order_it_was_said_on_sqlite() {
    check(Engine::Sqlite, 80);
}

#[test]
fn what_a_connection_says_is_stored_in_the_order_it_was_said_on_postgres() {
    if Engine::Postgres.is_here() {
        check(Engine::Postgres, 40);
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
    let talk = (any::<bool>(), any::<bool>(), prop::collection::vec(round(), 1..6));
    let outcome =
        TestRunner::new_with_rng(config, rng).run(&talk, |(by_agent, in_chat, rounds)| {
            let (said, stored) = runtime.block_on(scene.talk(by_agent, in_chat, rounds));
            prop_assert_eq!(stored, said);
            Ok(())
        });
    runtime.block_on(async { drop(scene) });
    outcome.unwrap_or_else(|failure| panic!("{failure}"));
}

/// Messages that are said at once, and what comes then.
#[derive(Clone, Debug)]
struct Round {
    /// Each: whether the database does not take it at first.
    stumbles: Vec<bool>,
    /// None: waits for every answer. Some: the connection is lost after so many.
    cut_after: Option<usize>,
}

fn round() -> impl Strategy<Value = Round> {
    let stumbles = prop::collection::vec(prop::bool::weighted(0.15), 1..8);
    let cut_after = prop_oneof![2 => Just(None), 1 => (0..4_usize).prop_map(Some)];
    (stumbles, cut_after).prop_map(|(stumbles, cut_after)| Round { stumbles, cut_after })
}

/// Entries with this text are not stored while there is a row in `stumbles`.
const STUMBLE: &str = "tropiezo";
const SQLITE: [&str; 2] = [
    "create table stumbles (n integer)",
    "create trigger stumble before insert on entries
     when new.body like '%tropiezo%' and exists (select 1 from stumbles)
     begin select raise(abort, 'a fault'); end",
];
const POSTGRES: [&str; 3] = [
    "create table stumbles (n integer)",
    "create function stumble() returns trigger language plpgsql as $$
     begin
       if new.body::text like '%tropiezo%' and exists (select 1 from stumbles) then
         raise exception 'a fault';
       end if;
       return new;
     end $$",
    "create trigger stumble before insert on entries for each row execute function stumble()",
];

/// A desk where anybody may talk.
struct Scene {
    world: World,
    site: Arc<Site>,
    agent: Agent,
    _console: ConsoleGuard,
}

/// A message: its id and its text.
type Message = (EntryId, &'static str);

impl Scene {
    async fn new(engine: Engine) -> Self {
        let world = World::new(engine).await;
        let site = world.site("a").await;
        let (agent, console) = world.at_console("lucia").await;
        for sql in if engine == Engine::Postgres { &POSTGRES[..] } else { &SQLITE[..] } {
            world.force(sql).await;
        }
        Self { world, site, agent, _console: console }
    }

    /// Everything that one sender says on a new ticket, and what of it is stored, each in order.
    async fn talk(
        &self,
        by_agent: bool,
        in_chat: bool,
        rounds: Vec<Round>,
    ) -> (Vec<EntryId>, Vec<EntryId>) {
        let world = &self.world;
        let visitor = if in_chat {
            world.chat_with(&self.site, &self.agent).await
        } else {
            let started = world.ask(&self.site, "ana@example.com").await;
            world.visitor(&self.site, &started).await
        };
        let agent = by_agent.then(|| self.agent.clone());
        let new = || Connection::new(world.desk.clone(), agent.clone(), visitor);
        let (mut connection, mut said) = (new(), Vec::new());
        let mut unacknowledged: VecDeque<Message> = VecDeque::new();
        for Round { stumbles, cut_after } in rounds {
            if stumbles.contains(&true) {
                world.force("insert into stumbles (n) values (1)").await;
            }
            for stumbles in stumbles {
                let message = (world.new_id(), if stumbles { STUMBLE } else { "una línea" });
                said.push(message.0);
                unacknowledged.push_back(message);
                connection.say(message).await;
            }
            match cut_after {
                None => self.settle(&mut connection, &mut unacknowledged).await,
                Some(answers) => {
                    for _ in 0..answers {
                        connection.recv_answer(&mut unacknowledged).await;
                    }
                    connection = new();
                    for message in &unacknowledged {
                        connection.say(*message).await;
                    }
                }
            }
        }
        self.settle(&mut connection, &mut unacknowledged).await;
        let (entries, last) =
            world.desk.agent_entries(&self.agent, visitor.ticket, Seq::START).await.unwrap();
        assert_eq!(entries.last().unwrap().seq, last, "all on one page");
        let stored = entries.iter().map(|entry| entry.id).filter(|id| said.contains(id)).collect();
        (said, stored)
    }

    /// Until everything is acknowledged: what was refused for now goes again, in order.
    async fn settle(&self, connection: &mut Connection, unacknowledged: &mut VecDeque<Message>) {
        while !unacknowledged.is_empty() {
            while connection.recv_answer(unacknowledged).await {}
            if !unacknowledged.is_empty() {
                self.world.force("delete from stumbles").await;
                connection.turns.resume(connection.taken);
                for message in unacknowledged.iter() {
                    connection.say(*message).await;
                }
            }
        }
    }
}

type Saying = Pin<Box<dyn Future<Output = Result<Receipt>> + Send>>;

/// One that does not wait for answers.
struct Connection {
    desk: Desk,
    agent: Option<Agent>,
    visitor: Visitor,
    turns: Arc<Turns>,
    taken: u64,
    under_way: VecDeque<(EntryId, JoinHandle<Result<Receipt>>)>,
}

impl Connection {
    fn new(desk: Desk, agent: Option<Agent>, visitor: Visitor) -> Self {
        let (turns, under_way) = (Arc::default(), VecDeque::new());
        Self { desk, agent, visitor, turns, taken: 0, under_way }
    }

    /// A message has its place when it is first polled; then it goes on by itself.
    async fn say(&mut self, (id, text): Message) {
        let turn = self.turns.turn(self.taken);
        self.taken += 1;
        let mut saying = say(self.desk.clone(), self.agent.clone(), self.visitor, turn, id, text);
        let polled: Poll<Result<Receipt>> =
            poll_fn(|context| Ready(saying.as_mut().poll(context))).await;
        let goes_on = match polled {
            Ready(answer) => tokio::spawn(std::future::ready(answer)),
            Pending => tokio::spawn(saying),
        };
        self.under_way.push_back((id, goes_on));
    }

    /// The next answer; false when nothing is under way.
    async fn recv_answer(&mut self, unacknowledged: &mut VecDeque<Message>) -> bool {
        let Some((id, answer)) = self.under_way.pop_front() else { return false };
        let answer = answer.await.unwrap();
        self.turns.answer();
        match answer {
            Ok(receipt) => unacknowledged.retain(|(waiting, _)| *waiting != receipt.id),
            Err(error) => assert!(error.refusal().code.is_passing(), "{id}: {error:?}"),
        }
        true
    }
}

/// What was said comes to its end in order, although nobody is there any more.
impl Drop for Connection {
    fn drop(&mut self) {
        let (turns, rest) = (self.turns.clone(), std::mem::take(&mut self.under_way));
        tokio::spawn(async move {
            for (_, answer) in rest {
                let _ = answer.await;
                turns.answer();
            }
        });
    }
}

fn say(
    desk: Desk,
    agent: Option<Agent>,
    visitor: Visitor,
    turn: Turn,
    id: EntryId,
    text: &'static str,
) -> Saying {
    Box::pin(async move {
        let message = desk::tickets::Message { id, text, files: &[] };
        match agent {
            Some(agent) => {
                desk.post_agent_message_in_turn(turn, &agent, visitor.ticket, message).await
            }
            None => desk.post_visitor_message_in_turn(turn, visitor, message).await,
        }
    })
}
