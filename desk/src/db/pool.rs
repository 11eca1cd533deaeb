//! The open database: one pool of connections on PostgreSQL, readers and one writer on SQLite.

use super::{answer, connections::Connections};
use crate::{OpenError, Result, private};
use sqlx::{
    ConnectOptions, Connection, PgConnection, PgPool, SqlitePool,
    postgres::{PgConnectOptions, PgPoolOptions},
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use std::{
    io::{self, ErrorKind},
    path::Path,
    str::FromStr,
    time::Duration,
};
use tokio::time::{sleep, timeout};

/// How long anybody waits for a connection before the answer is "try again".
const ACQUIRE: Duration = Duration::from_secs(10);
/// How long the start waits for a PostgreSQL that does not answer: whoever started it looks at it, or starts it again.
const START_WITHIN: Duration = Duration::from_secs(3);
/// The pause before the next try.
const PAUSE: Duration = Duration::from_millis(200);
/// Statements a connection keeps prepared; the writer's come in several sizes.
const STATEMENTS: usize = 400;

/// The open database.
pub(crate) enum Db {
    Sqlite { read: SqlitePool, write: SqlitePool },
    Postgres(PgPool),
}

/// Reads through the pool: `read!(db, c => …)`.
macro_rules! read {
    ($db:expr, $c:ident => $body:expr) => {
        match $db {
            $crate::db::Db::Sqlite { read: $c, .. } => $body,
            $crate::db::Db::Postgres($c) => $crate::db::in_time(async { $body }).await,
        }
        .map_err($crate::Error::from)
    };
}

pub(crate) use read;

/// Whether the URL is one of PostgreSQL.
pub(crate) fn is_postgres_url(url: &str) -> bool {
    url.starts_with("postgres://") || url.starts_with("postgresql://")
}

/// The database and its log are their owner's alone: SQLite gives the log the mode of the database.
fn own_database(options: &SqliteConnectOptions) -> io::Result<()> {
    let path = options.get_filename();
    let in_memory = [":memory:", "file:"];
    if in_memory.iter().any(|name| path.to_string_lossy().starts_with(name)) {
        return Ok(());
    }
    private::make_file(path)?;
    for log in ["-wal", "-shm"] {
        let mut name = path.as_os_str().to_owned();
        name.push(log);
        private::tighten(Path::new(&name));
    }
    Ok(())
}

/// How PostgreSQL is spoken to.
fn postgres_options(url: &str) -> std::result::Result<PgConnectOptions, OpenError> {
    Ok(PgConnectOptions::from_str(url)?
        .application_name("ayuda")
        .statement_cache_capacity(STATEMENTS)
        .disable_statement_logging())
}

/// A connection to a PostgreSQL, which may be about to come up, or what keeps it from coming. A pool would keep that to
/// itself.
async fn reach(options: &PgConnectOptions) -> std::result::Result<PgConnection, OpenError> {
    let mut last = None;
    let tried = timeout(START_WITHIN, async {
        loop {
            match options.connect().await {
                Err(error) if may_pass(options, &error) => last = Some(error),
                done => break done,
            }
            sleep(PAUSE).await;
        }
    })
    .await;
    let reached = tried.unwrap_or_else(|_| {
        let silent = || io::Error::new(ErrorKind::TimedOut, "it does not answer");
        Err(last.unwrap_or_else(|| silent().into()))
    });
    reached.map_err(|source| OpenError::postgres(options, source))
}

/// Whether the next try may go better: nobody listens yet, or the server starts, or has no room at the moment.
fn may_pass(options: &PgConnectOptions, error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(error) => match error.kind() {
            ErrorKind::ConnectionRefused | ErrorKind::ConnectionReset => true,
            // A socket that is not there is a server that is not there.
            ErrorKind::NotFound => options.get_socket().is_some(),
            _ => false,
        },
        sqlx::Error::Database(error) => error.is_transient_in_connect_phase(),
        _ => false,
    }
}

/// A connection past any pooler, for what wants a session of its own.
pub(super) async fn connect_directly(url: &str) -> std::result::Result<PgConnection, OpenError> {
    reach(&postgres_options(url)?).await
}

impl Db {
    /// Connects; makes a SQLite file that is not there.
    ///
    /// # Errors
    /// A PostgreSQL that does not answer is told of within [`START_WITHIN`].
    pub(crate) async fn open(
        url: &str,
        connections: Connections,
    ) -> std::result::Result<Self, OpenError> {
        if is_postgres_url(url) {
            let options = postgres_options(url)?;
            let _ = reach(&options).await?.close().await;
            let pool = PgPoolOptions::new()
                .max_connections(connections.get())
                .acquire_timeout(ACQUIRE)
                .after_release(|connection, _| Box::pin(answer::is_sound(connection)))
                .connect_lazy_with(options);
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
        own_database(&options).map_err(|source| OpenError::Database(sqlx::Error::Io(source)))?;
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

    /// A consistent copy of a SQLite database in a new file.
    pub(crate) async fn copy_sqlite(&self, to: &Path) -> Result<bool> {
        let Self::Sqlite { read, .. } = self else { return Ok(false) };
        // SQLite copies into an empty file, and would make one that others can read.
        private::make_file(to)?;
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

    /// Moves what it can of the write-ahead log into the database file and closes. Beside other processes it waits for
    /// none of them; the last one to close moves the rest, which SQLite does by itself.
    pub(crate) async fn close(&self) {
        match self {
            Self::Sqlite { read, write } => {
                read.close().await;
                if let Err(error) =
                    sqlx::query("pragma wal_checkpoint(passive)").execute(write).await
                {
                    tracing::warn!(%error, "the write-ahead log stays where it is");
                }
                write.close().await;
            }
            Self::Postgres(pool) => pool.close().await,
        }
    }
}
