//! The life of chats under random actions of everybody at once, checked against the rules after each burst.
//!
//! [`actions`] says what people, the clock and the operator do, [`rules`] what must be true whatever they did.

mod actions;
mod cut_off;
mod drift;
mod rules;

use crate::{
    console::ConsoleGuard,
    people::{NewAgent, Role},
    tickets::Visitor,
    world::{Engine, World},
};
use actions::{Action, Step};
use cut_off::cut_off;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use protocol::{AgentId, SiteKey};
use std::{collections::BTreeMap, time::Duration};

#[test]
fn whatever_people_do_a_chat_has_one_owner_and_an_end_on_sqlite() {
    check(Engine::Sqlite, 40);
}

#[test]
fn whatever_people_do_a_chat_has_one_owner_and_an_end_on_postgres() {
    if Engine::Postgres.is_here() {
        check(Engine::Postgres, 6);
    }
}

/// Runs so many cases; those of a run are always the same, so that what failed once fails again.
fn check(engine: Engine, cases: u32) {
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
                let mut model = Model::new(engine).await;
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

/// A desk and everybody at it.
struct Model {
    world: World,
    agents: Vec<AgentId>,
    consoles: BTreeMap<AgentId, ConsoleGuard>,
    visitors: Vec<Visitor>,
}

impl Model {
    async fn new(engine: Engine) -> Self {
        let world = World::new(engine).await;
        let desk = &world.desk;
        for (key, more) in SITES {
            desk.apply_site(&format!("key = \"{key}\"\n{more}")).await.unwrap();
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
            desk.create_agent(new).await.unwrap();
            let snapshot = desk.0.sites.now();
            agents.push(snapshot.staff.iter().find(|staff| staff.email == email).unwrap().id);
        }
        // The first is at the console when it begins, so that the desk is open.
        let consoles = BTreeMap::from([(agents[0], desk.console_connected(agents[0]))]);
        Self { world, agents, consoles, visitors: Vec::new() }
    }

    async fn step(&mut self, step: Step) {
        match step {
            Step::Burst(actions) => {
                let was_cut = actions.iter().any(|(_, polls)| polls.is_some());
                self.burst(actions).await;
                self.world.desk.tick().await.unwrap();
                self.hold_rules(!was_cut).await;
            }
            Step::Pass(seconds) => {
                self.world.pass(Duration::from_secs(seconds)).await;
                self.hold_rules(true).await;
            }
            Step::Restart => {
                let who: Vec<AgentId> = std::mem::take(&mut self.consoles).into_keys().collect();
                self.world.restart().await;
                // Some come back at once, the others when they do.
                for agent in who.into_iter().step_by(2) {
                    self.consoles.insert(agent, self.world.desk.console_connected(agent));
                }
                self.world.desk.tick().await.unwrap();
                self.hold_rules(true).await;
            }
        }
    }

    /// All at once; a caller with a number stops polling after so many polls.
    async fn burst(&mut self, actions: Vec<(Action, Option<u8>)>) {
        let mut running = Vec::new();
        for (action, polls) in actions {
            match action {
                Action::Come { agent } => {
                    let agent = self.agent(agent);
                    self.consoles
                        .entry(agent)
                        .or_insert_with(|| self.world.desk.console_connected(agent));
                }
                Action::Leave { agent } => drop(self.consoles.remove(&self.agent(agent))),
                action => {
                    let work = self.perform(action);
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

    /// The desk is left alone: nothing waits for ever.
    async fn everybody_leaves(&mut self) {
        self.consoles.clear();
        // The last: what was removed ends its chats after `idle_limit`.
        for seconds in [30, 31, 30, 300] {
            self.world.pass(Duration::from_secs(seconds)).await;
            self.hold_rules(true).await;
        }
        let chats = rules::chats(&self.world.desk).await;
        let live: Vec<_> = chats.iter().filter(|chat| chat.state.is_live()).collect();
        assert!(live.is_empty(), "without an end: {live:#?}");
    }

    fn agent(&self, n: u8) -> AgentId {
        self.agents[usize::from(n) % self.agents.len()]
    }

    async fn hold_rules(&self, is_quiet: bool) {
        let desk = &self.world.desk;
        rules::rows_agree(desk).await;
        rules::counts_equal_rows(desk).await;
        rules::capacity_holds(desk).await;
        rules::one_owner_at_every_instant(desk).await;
        if is_quiet {
            rules::nobody_has_what_they_may_not(desk).await;
            rules::nothing_is_overdue(desk).await;
        }
    }
}

fn key(n: u8) -> SiteKey {
    SiteKey(SITES[usize::from(n) % SITES.len()].0.to_owned())
}
