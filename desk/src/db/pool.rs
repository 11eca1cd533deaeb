//! The open database: one pool of connections on PostgreSQL, readers and one writer on SQLite.

use crate::{OpenError, Result, private};
use sqlx::{
    ConnectOptions, PgPool, SqlitePool,
    postgres::{PgConnectOptions, PgPoolOptions},
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use std::{path::Path, str::FromStr, time::Duration};
use tokio::time::timeout;

/// How long anybody waits for a connection before the answer is "try again".
const ACQUIRE: Duration = Duration::from_secs(10);
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
            $crate::db::Db::Postgres($c) => $body,
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
fn own_database(options: &SqliteConnectOptions) -> std::io::Result<()> {
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

/// Why there is no connection.
async fn cause(options: &PgConnectOptions) -> sqlx::Error {
    match timeout(ACQUIRE, options.connect()).await {
        Ok(Err(error)) => error,
        Ok(Ok(_)) | Err(_) => sqlx::Error::PoolTimedOut,
    }
}

impl Db {
    /// Connects; makes a SQLite file that is not there.
    pub(crate) async fn open(url: &str) -> std::result::Result<Self, OpenError> {
        if is_postgres_url(url) {
            let options = PgConnectOptions::from_str(url)?
                .application_name("ayuda")
                .statement_cache_capacity(STATEMENTS)
                .disable_statement_logging();
            let pool = PgPoolOptions::new()
                .max_connections(16)
                .acquire_timeout(ACQUIRE)
                .connect_with(options.clone())
                .await;
            return match pool {
                Ok(pool) => Ok(Self::Postgres(pool)),
                // A pool waits for a server that is about to come up, and keeps to itself why none came.
                Err(sqlx::Error::PoolTimedOut) => Err(OpenError::Database(cause(&options).await)),
                Err(error) => Err(error.into()),
            };
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

    /// Moves what it can of the write-ahead log into the database file and closes. Beside other processes it waits for none of them;
    /// the last one to close moves the rest, which SQLite does by itself.
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
