//! The life of chats under random actions of everybody at once, checked against the rules after each burst.
//!
//! [`actions`] says what people, the clock and the operator do, at any of the [`processes`] that serve the database;
//! [`rules`] what must be true whatever they did, and [`memory`] that every process knows it.

mod actions;
mod cut_off;
mod drift;
mod memory;
mod processes;
mod rules;

use crate::{
    console::ConsoleGuard,
    live::Subscription,
    people::{NewAgent, Role},
    tickets::Visitor,
    world::{Engine, World},
};
use actions::{Action, Deed, Step};
use cut_off::cut_off;
use processes::Processes;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use protocol::{AgentId, ChatId, SiteKey};
use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

#[test]
fn whatever_people_do_a_chat_has_one_owner_and_an_end_on_sqlite() {
    check(Engine::Sqlite, 1, 40);
}

#[test]
fn whatever_people_do_a_chat_has_one_owner_and_an_end_on_postgres() {
    if Engine::Postgres.is_here() {
        check(Engine::Postgres, 1, 6);
    }
}

#[test]
fn whatever_people_do_at_two_processes_both_know_it() {
    if Engine::Postgres.is_here() {
        check(Engine::Postgres, 2, 4);
    }
}

/// Runs so many cases; those of a run are always the same, so that what failed once fails again.
fn check(engine: Engine, processes: usize, cases: u32) {
    let config =
        Config { cases, failure_persistence: None, max_shrink_iters: 50, ..Config::default() };
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime");
    TestRunner::new_with_rng(config, rng)
        .run(&actions::steps(), |steps| {
            runtime.block_on(async {
                let mut model = Model::new(engine, processes).await;
                for step in steps {
                    model.step(step).await;
                }
                model.everybody_leaves().await;
            });
            Ok(())
        })
        .unwrap_or_else(|failure| panic!("{failure}"));
}

/// Names of sites, with what their files say.
const SITES: [(&str, &str); 2] = [
    (
        "uno",
        "[limits]\ncapacity = 2\n[[queues]]\nname = \"Soporte\"\n[[queues]]\nname = \"Ventas\"\n",
    ),
    ("dos", "[limits]\ncapacity = 1\nring_time = \"10s\"\n[[queues]]\nname = \"Soporte\"\n"),
];

/// Names of agents, their sites and queues in the beginning; none: all.
const AGENTS: [(&str, &[&str], &[&str]); 4] = [
    ("ana", &[], &[]),
    ("eva", &["uno"], &[]),
    ("sol", &["uno"], &["Ventas"]),
    ("leo", &["dos"], &[]),
];

/// Everybody at a desk, which may be several processes.
struct Model {
    world: World,
    processes: Processes,
    agents: Vec<AgentId>,
    /// Each at a process.
    consoles: BTreeMap<(usize, AgentId), Console>,
    visitors: Vec<Visitor>,
}

/// An open console, and what rings there as far as it was told.
struct Console {
    _guard: ConsoleGuard,
    line: Subscription,
    rings: BTreeSet<ChatId>,
}

impl Model {
    async fn new(engine: Engine, processes: usize) -> Self {
        let world = World::new(engine).await;
        for (key, more) in SITES {
            world.desk.apply_site(&format!("key = \"{key}\"\n{more}")).await.unwrap();
        }
        let mut agents = Vec::new();
        for (name, sites, queues) in AGENTS {
            let owned = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
            let email = format!("{name}@example.com");
            let new = NewAgent {
                email: email.clone(),
                name: name.to_owned(),
                role: Role::Agent,
                sites: owned(sites),
                queues: owned(queues),
                password: None,
            };
            world.desk.create_agent(new).await.unwrap();
            let snapshot = world.desk.0.sites.now();
            agents.push(snapshot.staff.iter().find(|staff| staff.email == email).unwrap().id);
        }
        let processes = Processes::open(&world, processes).await;
        let (consoles, visitors) = (BTreeMap::new(), Vec::new());
        let mut model = Self { world, processes, agents, consoles, visitors };
        // The first is at the console when it begins, so that the desk is open.
        model.come(0, model.agents[0]).await;
        model.processes.settle().await;
        model
    }

    async fn step(&mut self, step: Step) {
        match step {
            Step::Burst(deeds) => {
                let was_cut = deeds.iter().any(|deed| deed.polls.is_some());
                self.burst(deeds).await;
                self.processes.settle().await;
                self.hold_rules(!was_cut).await;
            }
            Step::Pass(seconds) => self.pass(seconds).await,
            Step::Restart { at, killed } => {
                self.restart(self.process(at), killed).await;
                self.processes.settle().await;
                self.hold_rules(true).await;
            }
        }
    }

    /// All at once.
    async fn burst(&mut self, deeds: Vec<Deed>) {
        let mut running = Vec::new();
        for Deed { action, at, polls } in deeds {
            let at = self.process(at);
            match action {
                Action::Come { agent } => self.come(at, self.agent(agent)).await,
                Action::Leave { agent } => drop(self.consoles.remove(&(at, self.agent(agent)))),
                action => {
                    let work = self.perform(self.processes.desk(at).clone(), action);
                    running.push(tokio::spawn(async move {
                        match polls {
                            Some(polls) => cut_off(work, polls).await.flatten(),
                            None => work.await,
                        }
                    }));
                }
            }
        }
        for task in running {
            self.visitors.extend(task.await.unwrap());
        }
    }

    async fn come(&mut self, at: usize, agent: AgentId) {
        if !self.consoles.contains_key(&(at, agent)) {
            let console = Console::open(self.processes.desk(at), agent).await;
            self.consoles.insert((at, agent), console);
        }
    }

    async fn restart(&mut self, at: usize, killed: bool) {
        self.processes.restart(&self.world, at, killed).await;
        let here = self.consoles.extract_if(.., |(process, _), _| *process == at);
        let who: Vec<AgentId> = here.map(|((_, agent), _)| agent).collect();
        // Some come back at once, wherever that is, the others when they do.
        for (n, agent) in who.into_iter().step_by(2).enumerate() {
            self.come(n % self.processes.len(), agent).await;
        }
    }

    async fn pass(&mut self, seconds: u64) {
        self.processes.pass(&self.world, Duration::from_secs(seconds)).await;
        self.processes.settle().await;
        self.hold_rules(true).await;
    }

    /// The desk is left alone: nothing waits for ever.
    async fn everybody_leaves(&mut self) {
        self.consoles.clear();
        // A killed process counts as there for as long as its lease. The last: what was removed ends its chats after
        // `idle_limit`.
        for seconds in [30, 31, 30, 300] {
            self.pass(seconds).await;
        }
        let chats = rules::chats(self.processes.keeper()).await;
        let live: Vec<_> = chats.iter().filter(|chat| chat.state.is_live()).collect();
        assert!(live.is_empty(), "without an end: {live:#?}");
    }

    fn agent(&self, n: u8) -> AgentId {
        self.agents[usize::from(n) % self.agents.len()]
    }

    fn process(&self, n: u8) -> usize {
        usize::from(n) % self.processes.len()
    }

    async fn hold_rules(&mut self, is_quiet: bool) {
        let desk = self.processes.keeper();
        rules::rows_agree(desk).await;
        if self.processes.len() == 1 {
            rules::counts_equal_rows(desk).await;
        }
        rules::capacity_holds(desk).await;
        rules::one_owner_at_every_instant(desk).await;
        if is_quiet {
            rules::nobody_has_what_they_may_not(desk).await;
            rules::nothing_is_overdue(desk).await;
        }
        if self.processes.len() > 1 {
            memory::equals_rows(self).await;
        }
    }
}

fn key(n: u8) -> SiteKey {
    SiteKey(SITES[usize::from(n) % SITES.len()].0.to_owned())
}
