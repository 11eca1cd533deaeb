//! The database: two engines, one set of statements.
//!
//! A statement is one `const &str` in lower case with `$1` placeholders that both engines take; an instant is bound and read as
//! `i64` (`Timestamp.0`), an id as `Uuid` (`TicketId.0`), JSON as [`sqlx::types::Json`], bytes as `Vec<u8>`, a `bool` as itself.
//!
//! - **Reading** takes a connection of the pool: `read!(desk.db(), c => sqlx::query_as::<_, (Uuid, i64)>(SQL).bind(id.0).fetch_all(c).await)?`.
//!   The body is compiled once per engine; it must be an expression of `Result<_, sqlx::Error>`.
//!   Rows are tuples or a `#[derive(sqlx::FromRow)]` struct.
//! - **Writing** is a transaction: `let mut tx = desk.begin().await?;`, then
//!   `run!(tx, c => sqlx::query(SQL).bind(id.0).execute(c).await)?` any number of times (reading too), then
//!   `desk.commit(tx).await?`. A [`Tx`] that is dropped is rolled back. `execute` answers an engine's own result: take
//!   `.map(|done| done.rows_affected())` inside the macro.
//! - **After the commit**: `tx.tell(Event::…)` hands events to the hub, `tx.wake_worker()` wakes the workers of jobs and mail;
//!   both happen in [`Desk::commit`] and not when the transaction is rolled back.
//! - **A passing fault** of PostgreSQL (serialization, deadlock, a connection cut): put the whole transaction into
//!   `retry!({ … })`, with ids and instants made outside, so that a repeat writes the same.
//! - SQLite has one writing connection: while a [`Tx`] lives nobody else writes. No waiting on anything else inside one.
//!
//! Where the engines differ (job claim), two `const`s stand side by side and `desk.db().is_postgres()` chooses.

pub(crate) mod rows;
pub(crate) mod schema;

use crate::{
    Desk, Error, OpenError, Result,
    live::{Count, Event},
};
use protocol::{Code, Refusal, SiteId};
use sqlx::{
    ConnectOptions, PgPool, Postgres, Sqlite, SqlitePool, Transaction,
    postgres::{PgConnectOptions, PgPoolOptions},
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use std::{path::Path, str::FromStr, time::Duration};

/// How long anybody waits for a connection before the answer is "try again".
const ACQUIRE: Duration = Duration::from_secs(10);
/// Statements a connection keeps prepared; the writer's come in several sizes.
const STATEMENTS: usize = 400;

/// The open database.
pub(crate) enum Db {
    Sqlite { read: SqlitePool, write: SqlitePool },
    Postgres(PgPool),
}

/// A writing transaction and what is to happen once it is committed.
pub(crate) struct Tx {
    pub(crate) conn: Conn,
    events: Vec<Event>,
    counts: Vec<Count>,
    offers: Vec<SiteId>,
    wake_worker: bool,
}

pub(crate) enum Conn {
    Sqlite(Transaction<'static, Sqlite>),
    Postgres(Transaction<'static, Postgres>),
}

/// Reads through the pool: `read!(db, c => …)`.
macro_rules! read {
    ($db:expr, $c:ident => $body:expr) => {
        match $db {
            $crate::db::Db::Sqlite { read: $c, .. } => $body,
            $crate::db::Db::Postgres($c) => $body,
        }
        .map_err($crate::Error::from)
    };
}

/// Reads or writes inside a transaction: `run!(tx, c => …)`.
macro_rules! run {
    ($tx:expr, $c:ident => $body:expr) => {
        match &mut $tx.conn {
            $crate::db::Conn::Sqlite(transaction) => {
                let $c = &mut **transaction;
                $body
            }
            $crate::db::Conn::Postgres(transaction) => {
                let $c = &mut **transaction;
                $body
            }
        }
        .map_err($crate::Error::from)
    };
}

pub(crate) use {read, run};

impl Db {
    /// Connects; makes a SQLite file that is not there.
    pub(crate) async fn open(url: &str) -> std::result::Result<Self, OpenError> {
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            let options = PgConnectOptions::from_str(url)?
                .application_name("ayuda")
                .statement_cache_capacity(STATEMENTS)
                .disable_statement_logging();
            let pool = PgPoolOptions::new()
                .max_connections(16)
                .acquire_timeout(ACQUIRE)
                .connect_with(options)
                .await?;
            return Ok(Self::Postgres(pool));
        }
        if !url.starts_with("sqlite:") {
            return Err(OpenError::DatabaseUrl);
        }
        let options = SqliteConnectOptions::from_str(url)?
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            // An acknowledged message survives a power cut.
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(Duration::from_secs(10))
            .pragma("cache_size", "-16000")
            .pragma("temp_store", "memory")
            .pragma("journal_size_limit", "67108864")
            .statement_cache_capacity(STATEMENTS)
            .row_buffer_size(1024)
            .disable_statement_logging();
        // The writer first: it makes the file and puts it into WAL mode.
        let write = SqlitePoolOptions::new()
            .max_connections(1)
            .acquire_timeout(ACQUIRE)
            .idle_timeout(None)
            .max_lifetime(None)
            .test_before_acquire(false)
            .connect_with(options.clone().pragma("wal_autocheckpoint", "4000"))
            .await?;
        let read = SqlitePoolOptions::new()
            .max_connections(4)
            .acquire_timeout(ACQUIRE)
            .idle_timeout(None)
            .max_lifetime(None)
            .test_before_acquire(false)
            .connect_with(options.pragma("query_only", "on"))
            .await?;
        Ok(Self::Sqlite { read, write })
    }

    pub(crate) fn is_postgres(&self) -> bool {
        matches!(self, Self::Postgres(_))
    }

    /// Begins a transaction that may write at once.
    pub(crate) async fn begin(&self) -> Result<Tx> {
        let conn = match self {
            Self::Sqlite { write, .. } => Conn::Sqlite(begin_sqlite(write).await?),
            Self::Postgres(pool) => Conn::Postgres(pool.begin().await?),
        };
        Ok(Tx {
            conn,
            events: Vec::new(),
            counts: Vec::new(),
            offers: Vec::new(),
            wake_worker: false,
        })
    }

    /// A consistent copy of a SQLite database in a new file.
    pub(crate) async fn copy_sqlite(&self, to: &Path) -> Result<bool> {
        let Self::Sqlite { read, .. } = self else { return Ok(false) };
        // `query_only` refuses VACUUM, also into another file; the connection gets it back before the pool does.
        let mut connection = read.acquire().await?;
        sqlx::query("pragma query_only = off").execute(&mut *connection).await?;
        let copied = sqlx::query("vacuum into $1")
            .bind(to.to_string_lossy().into_owned())
            .execute(&mut *connection)
            .await;
        sqlx::query("pragma query_only = on").execute(&mut *connection).await?;
        copied?;
        Ok(true)
    }

    /// Moves the write-ahead log into the database file and closes.
    pub(crate) async fn close(&self) {
        match self {
            Self::Sqlite { read, write } => {
                read.close().await;
                if let Err(error) =
                    sqlx::query("pragma wal_checkpoint(truncate)").execute(write).await
                {
                    tracing::warn!(%error, "the write-ahead log stays where it is");
                }
                write.close().await;
            }
            Self::Postgres(pool) => pool.close().await,
        }
    }
}

/// A full disk or a failed write makes SQLite roll back by itself, which sqlx does not hear of: its connection then believes
/// to be inside a transaction for ever, and is replaced by a new one.
async fn begin_sqlite(write: &SqlitePool) -> sqlx::Result<Transaction<'static, Sqlite>> {
    const BEGIN: &str = "begin immediate";
    match write.begin_with(BEGIN).await {
        Err(sqlx::Error::InvalidSavePointStatement | sqlx::Error::BeginFailed) => {
            write.acquire().await?.close().await?;
            write.begin_with(BEGIN).await
        }
        begun => begun,
    }
}

impl Tx {
    /// For the hub, once committed.
    pub(crate) fn tell(&mut self, event: Event) {
        self.events.push(event);
    }

    /// Changes what is counted in memory, once committed.
    pub(crate) fn count(&mut self, count: Count) {
        self.counts.push(count);
    }

    /// Looks for somebody to offer the site's waiting chats to, once committed.
    pub(crate) fn offer(&mut self, site: SiteId) {
        self.offers.push(site);
    }

    /// Wakes the workers of jobs and mail, once committed.
    pub(crate) fn wake_worker(&mut self) {
        self.wake_worker = true;
    }
}

impl Desk {
    pub(crate) fn db(&self) -> &Db {
        &self.0.db
    }

    /// Begins a writing transaction.
    pub(crate) async fn begin(&self) -> Result<Tx> {
        self.0.db.begin().await
    }

    /// Commits, then tells the hub and wakes the workers.
    pub(crate) async fn commit(&self, tx: Tx) -> Result<()> {
        match tx.conn {
            Conn::Sqlite(transaction) => transaction.commit().await?,
            Conn::Postgres(transaction) => transaction.commit().await?,
        }
        let now = self.now();
        for count in tx.counts {
            self.0.presence.count(count, now);
        }
        for event in tx.events {
            self.0.hub.publish(event);
        }
        for site in tx.offers {
            self.0.offers.site_changed(site);
        }
        if tx.wake_worker {
            self.wake_worker();
        }
        Ok(())
    }
}

/// Runs a transaction again when the database could not do it just now: `retry!({ … })` with the whole transaction as a block
/// that ends in a [`Result`]; `return` and `?` leave the block. Its ids and instants are made outside.
// Not a function that takes an async closure: a future with one in it is not `Send` to the compiler.
macro_rules! retry {
    ($transaction:block) => {{
        let mut tries = $crate::db::Tries::default();
        loop {
            let done: $crate::Result<_> = async $transaction.await;
            match done {
                Err(error) if tries.again(&error).await => {}
                done => break done,
            }
        }
    }};
}

pub(crate) use retry;

/// Runs a transaction as a task of its own, for callers who may stop polling in the middle of it.
pub(crate) async fn on_its_own<T: Send + 'static>(
    transaction: impl Future<Output = Result<T>> + Send + 'static,
) -> Result<T> {
    // Cut off by a panic or the end of the runtime: nothing was written, and the sender may try again.
    let cut_off = |_| Err(Refusal::new(Code::TryAgain).into());
    tokio::spawn(transaction).await.unwrap_or_else(cut_off)
}

/// How often a transaction was tried.
#[derive(Default)]
pub(crate) struct Tries(u32);

impl Tries {
    /// Whether to try again, after a pause.
    pub(crate) async fn again(&mut self, error: &Error) -> bool {
        const MOST: u32 = 5;
        self.0 += 1;
        let again = self.0 < MOST && error.is_passing();
        if again {
            tokio::time::sleep(Duration::from_millis(5 * 4_u64.pow(self.0 - 1))).await;
        }
        again
    }
}

/// Codes of PostgreSQL after which the same transaction may simply be run again (`reliability.md`).
const PASSING: [&str; 5] = ["57P01", "57P02", "57P03", "40001", "40P01"];

impl Error {
    /// Whether the same transaction may be run again as it is.
    pub(crate) fn is_passing(&self) -> bool {
        match self {
            Self::Conflict | Self::Database(sqlx::Error::Io(_)) => true,
            Self::Database(sqlx::Error::Database(error)) => {
                error.try_downcast_ref::<sqlx::postgres::PgDatabaseError>().is_some_and(|error| {
                    PASSING.contains(&error.code()) || error.code().starts_with("08")
                })
            }
            _ => false,
        }
    }
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        if let sqlx::Error::Database(database) = &error {
            let full = if database.try_downcast_ref::<sqlx::sqlite::SqliteError>().is_some() {
                // SQLITE_FULL; also what a full disk makes of a write to the log or its index.
                matches!(database.code().as_deref(), Some("13" | "778" | "4874"))
            } else {
                matches!(database.code().as_deref(), Some("53100"))
            };
            if full {
                return Self::StorageFull;
            }
        }
        Self::Database(error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Clock, Options};
    use protocol::Timestamp;

    const FILL: &str =
        "insert into contacts (id, site_id, name, created_at) select $1, id, $2, 0 from sites";

    async fn fill(desk: &Desk, bytes: usize) -> Result<()> {
        let mut tx = desk.begin().await?;
        run!(tx, c => sqlx::query(FILL)
            .bind(desk.clock().new_id())
            .bind("x".repeat(bytes))
            .execute(c)
            .await
            .map(|_| ()))?;
        desk.commit(tx).await
    }

    #[tokio::test]
    async fn a_full_disk_is_called_that_reading_goes_on_and_it_recovers() {
        let folder = tempfile::tempdir().unwrap();
        let options = Options {
            data_dir: folder.path().to_owned(),
            database_url: None,
            public_url: "https://help.example.com".into(),
            smtp_url: None,
            mail_from: "Ayuda <ayuda@example.com>".into(),
            clock: Clock::manual(Timestamp(0)),
        };
        let desk = Desk::open(options).await.unwrap();
        desk.apply_site("key = \"a\"").await.unwrap();
        let Db::Sqlite { write, .. } = desk.db() else { panic!("SQLite is the default") };
        let limit = async |pages: &str| {
            let text = format!("pragma max_page_count = {pages}");
            sqlx::query(sqlx::AssertSqlSafe(text)).execute(write).await.unwrap();
        };
        let (pages,): (i64,) = sqlx::query_as("pragma page_count").fetch_one(write).await.unwrap();
        limit(&(pages + 2).to_string()).await;
        for _ in 0..3 {
            assert!(matches!(fill(&desk, 100_000).await, Err(Error::StorageFull)));
            assert!(desk.ready().await.is_ok());
        }
        limit("1073741823").await;
        fill(&desk, 100_000).await.unwrap();
        desk.close().await;
    }
}
