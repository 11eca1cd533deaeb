//! The help desk itself. Knows no HTTP and no leptos; all SQL is here.
//!
//! One [`Desk`] is the whole product to its callers: the server's sockets and forms, the console's server functions,
//! the command line. Each verb is one sentence of `behaviours.md`; what it writes it writes in one transaction, and
//! only after the commit does the hub ([`live`]) hear of it.

mod admin;
mod chats;
pub mod clock;
pub mod console;
mod db;
pub mod error;
pub mod hours;
mod key;
pub mod live;
pub mod locales;
pub mod mail;
pub mod people;
pub mod private;
mod public_url;
mod queue;
mod routing;
mod search;
mod secret;
pub mod sites;
mod stop;
mod supervise;
pub mod tickets;
mod upkeep;
pub mod visitors;
mod writer;

#[cfg(test)]
extern crate self as desk;
#[cfg(test)]
#[path = "../tests/it/world/mod.rs"]
#[expect(
    dead_code,
    unused_imports,
    reason = "tests of the rooms need less of it than those of the front door"
)]
mod world;

pub use admin::{Removal, Restored, restore};
pub use clock::{Clock, Moment};
pub use db::{Connections, ConnectionsError, Room};
pub use error::{Error, NotReady, OpenError, Result};
pub use key::{KeySource, SecretKey, SecretKeyError};
pub use stop::Stop;
pub use upkeep::{Lock, LockError};
pub use writer::{Turn, Turns};

use db::{Event, Uncommitted};
use people::permission::{Action, may};
use protocol::Timestamp;
use std::{path::PathBuf, sync::Arc, time::Duration};
use tickets::files::{self, FilesPlace};

/// What a desk is opened with.
#[derive(Clone, Debug)]
pub struct Options {
    /// Folder for database, files, secret key and kept mail; made when absent.
    pub data_dir: PathBuf,
    /// `sqlite:PATH` or `postgres://…`; none: `sqlite:<data_dir>/ayuda.db`.
    pub database_url: Option<String>,
    /// The same PostgreSQL for the connection that listens, which has to keep its session; none: `database_url`.
    pub listen_url: Option<String>,
    /// The most connections to PostgreSQL at a time, besides the one that listens.
    pub database_connections: Connections,
    /// Signs ticket links; none: kept in the data folder on SQLite, in the database on PostgreSQL.
    pub secret_key: Option<SecretKey>,
    /// Where files are; none: `<data_dir>/files/`.
    pub files: Option<FilesPlace>,
    /// Links in mail begin with it, never with a request's Host. No slash at the end.
    pub public_url: String,
    /// `smtp://…`, `smtps://…`; none: mail is kept as `.eml` in `<data_dir>/mail/`.
    pub smtp_url: Option<String>,
    /// The sender, as a mailbox: `Ayuda <ayuda@localhost>`.
    pub mail_from: String,
    /// Bytes of the disk that uploads leave free, so that messages can still be stored: of the one that they come to,
    /// also where they go on to a bucket.
    pub disk_floor: u64,
    /// A process of several on one PostgreSQL that gives no sign for this long counts as gone. It gives one each third
    /// of it.
    pub node_lease: Duration,
    /// Real, or moved by a test.
    pub clock: Clock,
}

impl Options {
    /// What [`Options::disk_floor`] is where nobody says otherwise: 256 MiB, a day's messages of a busy desk and more.
    pub const DISK_FLOOR: u64 = 256 * 1024 * 1024;
    /// What [`Options::node_lease`] is where nobody says otherwise.
    pub const NODE_LEASE: Duration = Duration::from_secs(15);

    /// The database's URL.
    pub(crate) fn url(&self) -> String {
        let default = || format!("sqlite:{}", self.data_dir.join("ayuda.db").display());
        self.database_url.clone().unwrap_or_else(default)
    }

    /// The URL of the connection that listens.
    pub(crate) fn listen_url(&self) -> String {
        self.listen_url.clone().unwrap_or_else(|| self.url())
    }

    /// Where files are.
    pub(crate) fn files_place(&self) -> FilesPlace {
        let default = || FilesPlace::Folder(FilesPlace::default_folder(&self.data_dir));
        self.files.clone().unwrap_or_else(default)
    }
}

/// The open desk; clones share it.
#[derive(Clone)]
pub struct Desk(pub(crate) Arc<Inner>);

pub(crate) struct Inner {
    pub(crate) options: Options,
    pub(crate) node: live::NodeId,
    pub(crate) opened_at: Moment,
    pub(crate) db: db::Db,
    pub(crate) storage: Arc<db::Storage>,
    pub(crate) secret: secret::Secret,
    key_source: KeySource,
    pub(crate) files: files::Store,
    pub(crate) hub: live::Hub,
    pub(crate) presence: live::Presence,
    pub(crate) panels: live::Panels,
    pub(crate) watchers: live::Watchers,
    pub(crate) nodes: live::Nodes,
    pub(crate) relay: live::Relay,
    pub(crate) counts: live::Counts,
    pub(crate) changes: Arc<routing::Changes>,
    pub(crate) writer: writer::Writer,
    pub(crate) ticket_sites: tickets::TicketSites,
    pub(crate) rows: console::SharedRows,
    pub(crate) sites: sites::Sites,
    pub(crate) passwords: people::Passwords,
    pub(crate) sessions: people::Sessions,
    pub(crate) sign_ins: people::sign_ins::Memory,
    pub(crate) availability: hours::availability::AvailabilityCache,
    pub(crate) wakeups: queue::Wakeups,
    pub(crate) faults: supervise::Faults,
    pub(crate) mailer: mail::Mailer,
}

db::statement!(ANSWERS = "select 1");
/// A database that has not answered within this is called silent: whoever asks (a load balancer) waits for seconds at
/// most.
const READY_WITHIN: Duration = Duration::from_secs(2);

impl Desk {
    /// Opens or makes the database, brings the schema up to date and loads sites. Any number of processes may do so,
    /// and beside the writer, which runs until [`Desk::close`], none of them does anything by itself: for that see
    /// [`Desk::run`]. Needs a tokio runtime.
    pub async fn open(options: Options) -> std::result::Result<Self, OpenError> {
        Self::open_here(options, false).await
    }

    /// The same for a command whose [`Options::public_url`] nobody set: the URL of the server that served the database
    /// last comes before it.
    pub async fn open_as_served(options: Options) -> std::result::Result<Self, OpenError> {
        Self::open_here(options, true).await
    }

    async fn open_here(
        mut options: Options,
        as_served: bool,
    ) -> std::result::Result<Self, OpenError> {
        let data_dir = |source| OpenError::DataDir { path: options.data_dir.clone(), source };
        private::make_folder(&options.data_dir).map_err(data_dir)?;
        for folder in ["files", "mail"] {
            private::tighten_all(&options.data_dir.join(folder));
        }
        private::tighten(&options.data_dir);
        let mailer = mail::Mailer::new(&options)?;
        let files = files::Store::open(&options.files_place())?;
        let db = db::Db::open(&options.url(), options.database_connections).await?;
        db::schema::migrate(&db, &options.listen_url()).await?;
        if as_served && let Some(url) = public_url::find(&db).await.map_err(OpenError::Load)? {
            options.public_url = url;
        }
        let (key, key_source) = key::open(&options, &db).await?;
        tickets::follow::after_restore(&db).await.map_err(OpenError::Load)?;
        let (writer, commands) = writer::Writer::new();
        let desk = Self(Arc::new(Inner {
            node: live::NodeId(options.clock.new_id()),
            nodes: live::Nodes::new(options.node_lease),
            opened_at: options.clock.moment(),
            options,
            db,
            storage: Arc::default(),
            secret: secret::Secret::new(key),
            key_source,
            files,
            hub: live::Hub::default(),
            presence: live::Presence::default(),
            panels: live::Panels::default(),
            watchers: live::Watchers::default(),
            relay: live::Relay::default(),
            counts: live::Counts::default(),
            changes: Arc::default(),
            writer,
            ticket_sites: tickets::TicketSites::default(),
            rows: console::SharedRows::default(),
            sites: sites::Sites::default(),
            passwords: people::Passwords::default(),
            sessions: people::Sessions::default(),
            sign_ins: people::sign_ins::Memory::default(),
            availability: hours::availability::AvailabilityCache::default(),
            wakeups: queue::Wakeups::default(),
            faults: supervise::Faults::default(),
            mailer,
        }));
        desk.read_nodes().await.map_err(OpenError::Load)?;
        routing::sites_were_changed(&desk).await.map_err(OpenError::Load)?;
        live::counts::load(&desk).await.map_err(OpenError::Load)?;
        writer::spawn(Arc::downgrade(&desk.0), commands).map_err(OpenError::Thread)?;
        if let Err(error) = files::sweep_incoming(&desk).await {
            tracing::warn!(%error, "what a killed server left of uploads stays until the next sweep");
        }
        Ok(desk)
    }

    /// The desk's instant.
    pub fn now(&self) -> Timestamp {
        self.0.options.clock.now()
    }

    /// The moment, for spans in memory.
    pub(crate) fn moment(&self) -> Moment {
        self.0.options.clock.moment()
    }

    /// The instant that stored deadlines are made from and compared with.
    pub(crate) fn due_now(&self) -> Timestamp {
        self.0.options.clock.due_now()
    }

    /// Tells the instant and makes ids.
    pub fn clock(&self) -> &Clock {
        &self.0.options.clock
    }

    pub(crate) fn db(&self) -> &db::Db {
        &self.0.db
    }

    /// This process among those that have the database open.
    pub fn node(&self) -> live::NodeId {
        self.0.node
    }

    /// Begins a writing transaction.
    pub(crate) async fn begin(&self) -> Result<db::Tx> {
        self.0.db.begin(&self.0.storage).await
    }

    /// While nothing can be written: tries whether it can be again.
    pub(crate) async fn try_storage(&self) -> Result<()> {
        self.0.db.try_storage(&self.0.storage).await
    }

    /// Commits; then counts, events, offers and workers follow, also when the caller stops polling in the middle of it.
    pub(crate) async fn commit(&self, tx: db::Tx) -> Result<()> {
        let desk = self.clone();
        db::run_detached(async move { desk.commit_here(tx).await }).await
    }

    /// The same for a caller who polls to the end.
    pub(crate) async fn commit_here(&self, tx: db::Tx) -> Result<()> {
        let told = match self.db() {
            db::Db::Sqlite { .. } => Vec::new(),
            db::Db::Postgres(_) => live::relay::texts(self, tx.effects()),
        };
        let has_counts = tx.has_counts();
        let mut counting =
            if has_counts { Some(self.0.counts.before_commit().await) } else { None };
        // Whoever asks what became of it needs a connection, and those who have one may wait to count.
        let unanswered = || counting = None;
        let (effects, outcome) = match tx.commit(self.db(), &told, unanswered).await {
            Ok(effects) => (effects, Ok(())),
            Err(Uncommitted { error, effects }) => (effects, Err(error)),
        };
        let is_counted = counting.is_some() && outcome.is_ok();
        if has_counts && !is_counted {
            // It was committed, or may have been. The rows are counted before anybody is told.
            let counted = outcome.is_ok() && live::counts::load(self).await.is_ok();
            if !counted {
                self.0.changes.count_again();
            }
        }
        let now = self.now();
        for count in effects.counts {
            if is_counted {
                self.0.counts.add(count, now);
            }
            if let db::Count::Active(agent, ..=-1) = count {
                self.0.changes.agent_has_room(agent);
            }
        }
        drop(counting);
        for agent in effects.freed {
            self.0.changes.agent_freed(agent);
        }
        for event in effects.events {
            self.publish(event);
        }
        for site in effects.offers {
            self.0.changes.site_changed(site);
        }
        if effects.wake_worker {
            self.0.wakeups.notify();
        }
        outcome
    }

    /// Names that rows of lists show may be others.
    pub(crate) fn forget_rows(&self) {
        self.0.rows.forget_all();
    }

    /// Hands an event to everybody here whom it concerns: of a ticket's row hear the agents who may see the ticket.
    pub(crate) fn publish(&self, event: Event) {
        if let Event::Work { ticket, .. } | Event::Party { ticket, .. } = &event {
            self.0.rows.forget(*ticket);
        }
        let snapshot = self.0.sites.now();
        let missing = self.0.hub.publish(event, |agent, on| {
            snapshot.agent(agent).is_some_and(|agent| may(agent, Action::See, on))
        });
        if let Some(missing) = missing {
            self.0.relay.hear([missing]);
        }
    }

    /// Tells the other processes of the database what no transaction says. It may be lost.
    pub(crate) fn notify(&self, notice: live::Notice) {
        if self.db().is_postgres() {
            live::relay::notify(self, notice);
        }
    }

    /// What callers subscribe to.
    pub fn hub(&self) -> &live::Hub {
        &self.0.hub
    }

    /// What it was opened with.
    pub fn options(&self) -> &Options {
        &self.0.options
    }

    /// How many connections and nodes a PostgreSQL server has room for; none on SQLite.
    pub async fn room(&self) -> Result<Option<Room>> {
        self.db().room(self.options().database_connections).await
    }

    /// Where the key is kept that signs ticket links.
    pub fn key_source(&self) -> KeySource {
        self.0.key_source
    }

    /// Whether the database answers and takes what is written, and no part of the desk has panicked a moment ago; for
    /// `/readyz` and `ayuda doctor`.
    ///
    /// # Errors
    /// [`NotReady`] names the part.
    pub async fn ready(&self) -> std::result::Result<(), NotReady> {
        if let Some(part) = self.0.faults.recent() {
            return Err(NotReady::Panicked(part));
        }
        match self.0.storage.find_fault() {
            Some(db::StorageFault::Full) => return Err(NotReady::StorageFull),
            Some(db::StorageFault::Failed) => return Err(NotReady::StorageFailed),
            None => {}
        }
        let answers =
            async { db::read!(self.db(), c => sqlx::query(ANSWERS).execute(c).await.map(|_| ())) };
        db::in_time_of(READY_WITHIN, answers).await.map_err(NotReady::Database)
    }

    /// Lets the writer finish what it was given, ends every subscription and closes the database.
    pub async fn close(&self) {
        self.0.writer.finish().await;
        self.0.changes.stop();
        self.0.hub.close();
        self.0.relay.close().await;
        self.0.db.close().await;
    }
}
