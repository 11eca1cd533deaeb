//! A desk for one test: its own folder, its own database, a clock that the test moves. All of it goes when the world is
//! dropped, also by a test that fails.

#[path = "../../../../testing/engines.rs"]
mod engines;
mod events;
mod node;
#[path = "../../../../testing/on_both.rs"]
mod on_both;
mod people;
mod proxy;
pub mod relay;
mod sql;
mod talk;

pub use engines::{Database, Engine};
pub use events::{refused, soon, until, wait_for_event, wait_for_offer};
pub use node::Node;
pub(crate) use on_both::on_both;
pub use people::{OWNER, PASSWORD, Person};
pub use proxy::{Cut, Proxy};
pub use talk::{ROSA, reason};

use desk::{Clock, Connections, Desk, Lock, Options, sites::Site};
use protocol::Timestamp;
use std::{path::Path, sync::Arc, time::Duration};
use tempfile::TempDir;
use tokio::{sync::watch, task::JoinHandle};

/// Monday 2026-11-23, 17:00 UTC.
pub const START: Timestamp = Timestamp(1_795_453_200_000);

pub struct World {
    pub desk: Desk,
    pub clock: Clock,
    /// What the desk is opened with.
    pub options: Options,
    /// The task that offers chats.
    routing: JoinHandle<()>,
    folder: TempDir,
    // The last: nothing may want it any more.
    _database: Option<Database>,
}

impl World {
    pub async fn new(engine: Engine) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let database = Database::new(engine);
        let url = database.as_ref().map(|database| database.url.clone());
        let options = options(&folder.path().join("data"), url);
        let desk = Desk::open(options.clone()).await.unwrap();
        let routing = tokio::spawn(desk.route());
        Self { desk, clock: options.clock.clone(), options, routing, folder, _database: database }
    }

    /// Where the data folder is, and where there is room for more.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Closes the desk and opens it again, as a restart does.
    pub async fn restart(&mut self) {
        self.desk.close().await;
        self.desk = self.second_process().await;
        self.routing = tokio::spawn(self.desk.route());
    }

    /// The same on a machine whose clock was set back meanwhile.
    pub async fn restart_by_a_clock_set_back(&mut self, by: Duration) {
        self.clock = Clock::manual(self.clock.now() - by);
        self.options.clock = self.clock.clone();
        self.restart().await;
    }

    /// The same with a relay.
    pub async fn restart_with_relay(&mut self, url: &str) {
        self.options.smtp_url = Some(url.to_owned());
        self.restart().await;
    }

    /// Another desk on the same data, as a command opens it.
    pub async fn second_process(&self) -> Desk {
        Desk::open(self.options.clone()).await.unwrap()
    }

    /// The desk at its own work, until [`Running::stop`]. Whoever had the lock and was cut off needs a moment to be
    /// gone.
    pub async fn run(&self) -> Running {
        self.routing.abort();
        let mut lock = None;
        until("the lock is free", async || {
            lock = Lock::take(&self.options).ok();
            lock.is_some()
        })
        .await;
        Running::start(self.desk.clone(), lock.unwrap())
    }

    /// Another desk on the same PostgreSQL at its own work: a second node, or one that thaws.
    pub fn run_beside(&self, desk: &Desk) -> Running {
        Running::start(desk.clone(), Lock::take(&self.options).unwrap())
    }

    /// Ends the work of a desk on PostgreSQL, which then has said so. Its last word has seconds: where this machine
    /// stood still for them it works and ends once more.
    pub async fn stop_beside(&self, desk: &Desk, running: Running) {
        running.stop().await;
        until("it says that it stops", async || {
            if self.has_stopped(desk).await {
                return true;
            }
            self.run_beside(desk).stop().await;
            false
        })
        .await;
    }

    /// Whether a desk has said that it stops.
    pub async fn has_stopped(&self, desk: &Desk) -> bool {
        let nodes = self.desk.nodes().await.unwrap();
        nodes.iter().any(|node| node.id == desk.node() && node.has_stopped)
    }

    /// Moves the clock and does what is due.
    pub async fn pass(&self, time: Duration) {
        self.clock.advance(time);
        self.desk.tick().await.unwrap();
    }

    /// A site that is open around the clock.
    pub async fn site(&self, key: &str) -> Arc<Site> {
        self.site_with(key, "").await
    }

    /// The same with more lines of its file.
    pub async fn site_with(&self, key: &str, more: &str) -> Arc<Site> {
        let prefix = key.to_uppercase();
        let file = format!(
            "key = \"{key}\"\nname = \"{key}\"\nprefix = \"{prefix}\"\n{more}\n[[queues]]\nname = \"Soporte\"\n"
        );
        self.desk.apply_site(&file).await.unwrap()
    }
}

/// A desk that does its own work; cut off when it is dropped, as by a kill.
pub struct Running {
    stop: watch::Sender<bool>,
    work: JoinHandle<()>,
}

impl Running {
    fn start(desk: Desk, lock: Lock) -> Self {
        let (stop, stopped) = watch::channel(false);
        let work = tokio::spawn(async move { Box::pin(desk.run(&lock, stopped)).await });
        Self { stop, work }
    }

    pub async fn stop(mut self) {
        self.stop.send(true).unwrap();
        (&mut self.work).await.unwrap();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.work.abort();
    }
}

/// What a desk of a test is opened with.
pub fn options(data_dir: &Path, database_url: Option<String>) -> Options {
    Options {
        data_dir: data_dir.to_owned(),
        database_url,
        listen_url: None,
        database_connections: Connections::default(),
        secret_key: None,
        files: None,
        public_url: "https://help.example.com".into(),
        smtp_url: None,
        mail_from: "Ayuda <ayuda@example.com>".into(),
        disk_floor: Options::DISK_FLOOR,
        node_lease: Options::NODE_LEASE,
        clock: Clock::manual(START),
    }
}
