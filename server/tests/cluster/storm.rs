//! Everything at once: nodes are killed and frozen and the database is restarted while visitors write, agents take,
//! answer and end chats, and mail goes out. At the end everything holds.

use crate::{
    agent::{Agent, Habits},
    checks::{
        mails_were_sent_once, messages_are_there_once_and_in_order, no_chat_was_taken_away,
        rows_agree,
    },
    cluster::{Cluster, LEASE, Setup},
    door::Door,
    http::Client,
    postgres::Stop,
    visitor::Visitor,
};
use desk::Clock;
use rand::{Rng, SeedableRng, rngs::StdRng, seq::SliceRandom};
use std::{
    env, fmt,
    str::FromStr,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::{task::JoinHandle, time::sleep};

const VISITORS: usize = 12;
/// Each says something so often.
const EVERY: Duration = Duration::from_millis(150);
/// A form is sent so often, and mail goes out for it.
const ASKS_EVERY: Duration = Duration::from_millis(250);
const ASKS_AGAIN_AFTER: Duration = Duration::from_millis(50);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    /// SIGKILL for a node; every third meets the keeper.
    Kill {
        keeper: bool,
    },
    Restart(Stop),
    Freeze,
}

/// What is drawn, and how much of it.
#[derive(Clone, Copy, Debug)]
struct Plan {
    /// The same one draws the same faults in the same order.
    seed: u64,
    kills: usize,
    restarts: usize,
    freezes: usize,
    frozen_for: Duration,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn kills_a_restart_of_the_database_and_a_frozen_node_cost_nobody_anything() {
    let frozen_for = LEASE * 2;
    let plan = Plan { seed: rand::random(), kills: 4, restarts: 1, freezes: 1, frozen_for };
    storm(plan).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
#[ignore = "takes minutes: cargo xtask soak"]
async fn the_whole_storm() {
    let plan = Plan {
        seed: wanted("AYUDA_SOAK_SEED").unwrap_or_else(rand::random),
        kills: wanted("AYUDA_SOAK_KILLS").unwrap_or(30),
        restarts: wanted("AYUDA_SOAK_RESTARTS").unwrap_or(10),
        freezes: wanted("AYUDA_SOAK_FREEZES").unwrap_or(4),
        frozen_for: Duration::from_secs(20),
    };
    storm(plan).await;
}

fn wanted<T: FromStr>(name: &str) -> Option<T> {
    env::var(name).ok()?.parse().ok()
}

impl Plan {
    fn faults(self, chance: &mut StdRng) -> Vec<Fault> {
        let mut faults = Vec::new();
        faults.extend((0..self.kills).map(|n| Fault::Kill { keeper: n % 3 == 0 }));
        let how = |n: usize| if n.is_multiple_of(2) { Stop::Immediate } else { Stop::Fast };
        faults.extend((0..self.restarts).map(|n| Fault::Restart(how(n))));
        faults.extend((0..self.freezes).map(|_| Fault::Freeze));
        faults.shuffle(chance);
        faults
    }
}

async fn storm(plan: Plan) {
    let limits = "capacity = 3\nqueue_limit = 1000\nring_time = \"1h\"";
    let Some(mut cluster) = Cluster::start(Setup { limits, ..Setup::default() }).await else {
        return;
    };
    println!("seed {}", plan.seed);
    let mut chance = StdRng::seed_from_u64(plan.seed);
    let mut agents: Vec<Agent> = Vec::new();
    for (n, name) in ["Lucia", "Raul", "Sofia"].into_iter().enumerate() {
        let agent = cluster.agent(name, cluster.door(n)).await;
        agent.follow(Habits { takes: true, answers_every: 4, ends_after: 6 });
        agents.push(agent);
    }
    // More than the agents take at a time: some always wait.
    let mut visitors: Vec<Visitor> =
        (0..VISITORS).map(|_| Visitor::arrive(cluster.any_door())).collect();
    for visitor in &visitors {
        visitor.talk(Some(EVERY));
        visitor.start_over(true);
    }
    let asking = Asking::start(cluster.any_door());
    let begun = Instant::now();
    let mut figures = Figures::default();
    for fault in plan.faults(&mut chance) {
        goes_on(&mut visitors, chance.random_range(1..10)).await;
        sleep(Duration::from_micros(chance.random_range(0..50_000))).await;
        if chance.random_ratio(1, 4) {
            visitors[chance.random_range(0..VISITORS)].reload();
        }
        let stood_still = cluster.meet(fault, &plan, &mut visitors, &mut chance).await;
        figures.note(fault, stood_still);
    }
    goes_on(&mut visitors, 5).await;
    for agent in &agents {
        agent.follow(Habits { takes: true, answers_every: 4, ends_after: 0 });
    }
    for visitor in &mut visitors {
        visitor.start_over(false);
        visitor.talk(None);
    }
    let asked = asking.end().await;
    for visitor in &mut visitors {
        visitor.settles().await;
    }
    for agent in &mut agents {
        agent.settles().await;
    }
    figures.took = begun.elapsed();
    figures.mails = mails_were_sent_once(&cluster).await;
    figures.messages = messages_are_there_once_and_in_order(&cluster, &visitors, &agents).await;
    figures.chats = cluster.count("select count(*) from chats where ended_at is not null").await;
    no_chat_was_taken_away(&cluster).await;
    rows_agree(&cluster).await;
    let requests = "select count(*) from tickets where contact_email is not null";
    assert_eq!(cluster.count(requests).await, asked, "each form is a ticket, once");
    println!("{figures}");
    println!("connections by node: {:?}", cluster.balancer.connections());
}

impl Cluster {
    /// Lets it happen and waits until everybody goes on; for how long nobody did.
    async fn meet(
        &mut self,
        fault: Fault,
        plan: &Plan,
        visitors: &mut [Visitor],
        chance: &mut StdRng,
    ) -> Duration {
        let any = chance.random_range(0..self.nodes.len());
        match fault {
            Fault::Kill { keeper } => {
                let node = if keeper { self.keeper().await } else { any };
                self.nodes[node].kill().await;
                let stood_still = goes_on(visitors, 3).await;
                if chance.random_ratio(1, 4) {
                    // And in the middle of the start.
                    self.nodes[node].spawn();
                    sleep(Duration::from_millis(chance.random_range(0..300))).await;
                    self.nodes[node].kill().await;
                }
                self.start_node(node).await;
                stood_still
            }
            Fault::Restart(how) => {
                self.restart_database(how);
                goes_on(visitors, 3).await
            }
            Fault::Freeze => {
                // As a check of its health would, the balancer sends nobody there; who is there has to find out.
                self.nodes[any].freeze();
                self.balancer.take_out(any);
                let frozen = Instant::now();
                let stood_still = goes_on(visitors, 3).await;
                sleep(plan.frozen_for.saturating_sub(frozen.elapsed())).await;
                self.nodes[any].thaw();
                self.balancer.put_back(any);
                self.until_node_is_back(any).await;
                stood_still
            }
        }
    }
}

/// Waits until every visitor has had so many more messages acknowledged; the time until the first of them.
async fn goes_on(visitors: &mut [Visitor], more: usize) -> Duration {
    let begun = Instant::now();
    let before: Vec<usize> = visitors.iter().map(|visitor| visitor.seen().acknowledged()).collect();
    let mut last = Duration::ZERO;
    for (visitor, before) in visitors.iter_mut().zip(before) {
        visitor.until("it goes on", |seen| seen.acknowledged() >= before + more).await;
        last = begun.elapsed();
    }
    last
}

/// Somebody who sends forms, each until it is answered.
struct Asking {
    ends: Arc<AtomicBool>,
    asked: Arc<AtomicUsize>,
    task: JoinHandle<()>,
}

impl Asking {
    fn start(door: Door) -> Self {
        let (ends, asked) = (Arc::<AtomicBool>::default(), Arc::<AtomicUsize>::default());
        let (ending, asking) = (Arc::clone(&ends), Arc::clone(&asked));
        let task = tokio::spawn(async move {
            while !ending.load(Ordering::Relaxed) {
                ask(&door, asking.fetch_add(1, Ordering::Relaxed)).await;
                sleep(ASKS_EVERY).await;
            }
        });
        Self { ends, asked, task }
    }

    /// How many forms were answered.
    async fn end(self) -> usize {
        self.ends.store(true, Ordering::Relaxed);
        self.task.await.expect("no panic");
        self.asked.load(Ordering::Relaxed)
    }
}

/// Sends a form, always with the same id, until it is answered.
async fn ask(door: &Door, n: usize) {
    let (id, email) = (Clock::System.new_entry_id().to_string(), format!("v{n}@example.com"));
    let fields = [("id", id.as_str()), ("email", &email), ("message", "Hola")];
    let form = |client: Client| client.post("/w/tienda/requests").json().multipart(&fields, &[]);
    while door.send(form).await.is_none_or(|reply| reply.status != 201) {
        sleep(ASKS_AGAIN_AFTER).await;
    }
}

/// What a storm came to.
#[derive(Debug, Default)]
struct Figures {
    kills: Vec<Duration>,
    restarts: Vec<Duration>,
    freezes: Vec<Duration>,
    took: Duration,
    messages: usize,
    chats: usize,
    mails: usize,
}

impl Figures {
    /// `stood_still`: until everybody had three more messages acknowledged.
    fn note(&mut self, fault: Fault, stood_still: Duration) {
        let list = match fault {
            Fault::Kill { .. } => &mut self.kills,
            Fault::Restart(_) => &mut self.restarts,
            Fault::Freeze => &mut self.freezes,
        };
        list.push(stood_still);
    }
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let line = |times: &[Duration]| {
            let longest = times.iter().max().copied().unwrap_or_default();
            format!("{} (everybody goes on within {:.1} s)", times.len(), longest.as_secs_f64())
        };
        writeln!(f, "{:.0} s", self.took.as_secs_f64())?;
        writeln!(f, "kills: {}", line(&self.kills))?;
        writeln!(f, "restarts of the database: {}", line(&self.restarts))?;
        writeln!(f, "frozen nodes: {}", line(&self.freezes))?;
        writeln!(f, "messages acknowledged, each there once and in order: {}", self.messages)?;
        writeln!(f, "chats ended: {}, none taken from its agent", self.chats)?;
        write!(f, "mails, none sent twice: {}", self.mails)
    }
}
