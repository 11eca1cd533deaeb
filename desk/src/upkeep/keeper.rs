//! The lock of a database: the one process that has it does what nobody asks for.

use crate::{
    OpenError, Options,
    db::{is_postgres_url, statement},
    private,
};
use sqlx::{
    ConnectOptions, PgConnection, postgres::PgConnectOptions, sqlite::SqliteConnectOptions,
};
use std::{
    fs::{File, TryLockError},
    io,
    path::{Path, PathBuf},
    str::FromStr,
    time::Duration,
};
use tokio::time::{sleep, timeout};

/// The number of the advisory lock, which is the database's own: "ayuda" in ASCII.
const LOCK: i64 = 0x61_79_75_64_61;
/// PostgreSQL needs a moment to find that the process which had the lock was killed: five seconds at most.
const TRIES: u32 = 100;
/// The pause between two tries.
const PAUSE: Duration = Duration::from_millis(50);
/// How often the connection that holds the lock is tried.
const CHECK_EVERY: Duration = Duration::from_secs(1);
/// A connection that does not answer in this time is lost.
const ANSWERS_WITHIN: Duration = Duration::from_secs(10);

/// Why this process may not do a database's work; each says what to do.
#[derive(Debug, thiserror::Error)]
pub enum KeeperError {
    /// Another process has the lock.
    #[error("another `ayuda serve` works on {what}: stop it first, or give this one {instead}")]
    Taken {
        /// The folder, file or database.
        what: String,
        /// What to change, with its flag.
        instead: &'static str,
    },
    /// Another process took the lock while the connection that held it was lost.
    #[error(
        "another `ayuda serve` took over {what} while the connection to it was lost: one of the two has to go"
    )]
    TakenOver {
        /// The database.
        what: String,
    },
    /// The file of the lock cannot be made or opened.
    #[error("the lock file of the database cannot be used: {path}")]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// PostgreSQL does not answer, or the URL is wrong.
    #[error(transparent)]
    Open(#[from] OpenError),
}

/// The right to do a database's work, held until it is dropped; [`crate::Desk::run`] wants it.
///
/// On SQLite it is a lock on a file beside the database, on PostgreSQL an advisory lock of a connection of its own. The system ends
/// both when the process ends, however it does, so that the next one starts at once.
#[derive(Debug)]
pub struct Keeper(Held);

#[derive(Debug)]
enum Held {
    /// None where the file system has no locks.
    File {
        _file: Option<File>,
    },
    Session(Box<Session>),
}

/// The connection whose lock it is.
#[derive(Debug)]
struct Session {
    /// With a name that no other session has.
    options: PgConnectOptions,
    name: String,
    connection: PgConnection,
}

impl Keeper {
    /// Takes the lock of what a desk with these options would open. Neither makes nor opens the database file.
    ///
    /// # Errors
    /// `Taken` when another process has it.
    pub async fn take(options: &Options) -> Result<Self, KeeperError> {
        let url = options.url();
        if is_postgres_url(&url) {
            let name = format!("ayuda keeper {}", options.clock.new_id());
            let session = Session::open(&url, name).await?;
            return Ok(Self(Held::Session(Box::new(session))));
        }
        if !url.starts_with("sqlite:") {
            return Err(OpenError::DatabaseUrl.into());
        }
        Ok(Self(Held::File { _file: lock_file(options, &url)? }))
    }

    /// Waits until the lock is lost for good: a connection that is lost is made again, and has the lock again unless somebody
    /// else took it meanwhile. A file's lock is not lost.
    pub(super) async fn lost(&mut self) -> KeeperError {
        match &mut self.0 {
            Held::File { .. } => std::future::pending().await,
            Held::Session(session) => session.lost().await,
        }
    }
}

/// None where the file system has no locks: there a second server has to be kept away by hand.
fn lock_file(options: &Options, url: &str) -> Result<Option<File>, KeeperError> {
    let of_url = SqliteConnectOptions::from_str(url).map_err(OpenError::Database)?;
    let database = of_url.get_filename();
    let unusable = |source| KeeperError::File { path: database.to_owned(), source };
    let database = real_path(database).map_err(unusable)?;
    let path = database.with_added_extension("lock");
    let file = private::file_options().create(true).truncate(false).write(true).open(&path);
    let file = file.map_err(|source| KeeperError::File { path: path.clone(), source })?;
    private::tighten(&path);
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => Err(taken_file(&options.data_dir, &database)),
        Err(TryLockError::Error(error)) => {
            tracing::warn!(
                path = %path.display(),
                %error,
                "the file system has no locks: see to it that no second server works on this database"
            );
            Ok(None)
        }
    }
}

/// Where the database is or will be, whatever link leads to it: it has one lock. Its folder is made.
fn real_path(database: &Path) -> io::Result<PathBuf> {
    let folder = database.parent().filter(|folder| *folder != Path::new(""));
    let folder = folder.unwrap_or(Path::new("."));
    private::make_folder(folder)?;
    let name = database.file_name().unwrap_or_default();
    database.canonicalize().or_else(|_| Ok(folder.canonicalize()?.join(name)))
}

fn taken_file(data_dir: &Path, database: &Path) -> KeeperError {
    let is_inside = data_dir.canonicalize().is_ok_and(|folder| database.starts_with(folder));
    if is_inside {
        KeeperError::Taken {
            what: format!("the data folder {}", data_dir.display()),
            instead: "a folder of its own with --data-dir",
        }
    } else {
        KeeperError::Taken {
            what: format!("the database {}", database.display()),
            instead: "a database of its own with --database-url",
        }
    }
}

statement!(TRY_LOCK for Postgres = "select pg_try_advisory_lock($1)");
statement!(END_FORMER for Postgres = "
    select count(pg_terminate_backend(pid)) from pg_stat_activity
    where application_name = $1 and pid <> pg_backend_pid()");
statement!(ANSWERS for Postgres = "select 1");
// A host that loses its power says nothing; the server asks after this long.
statement!(ASK_AFTER for Postgres = "set tcp_keepalives_idle = 10");
statement!(ASK_EVERY for Postgres = "set tcp_keepalives_interval = 5");
statement!(ASK_TIMES for Postgres = "set tcp_keepalives_count = 3");

impl Session {
    async fn open(url: &str, name: String) -> Result<Self, KeeperError> {
        let options = PgConnectOptions::from_str(url)
            .map_err(OpenError::Database)?
            .application_name(&name)
            .disable_statement_logging();
        let mut connection = connect(&options).await.map_err(OpenError::Database)?;
        if !is_locked_soon(&mut connection).await.map_err(OpenError::Database)? {
            return Err(KeeperError::Taken {
                what: described(&options),
                instead: "a database of its own with --database-url",
            });
        }
        Ok(Self { options, name, connection })
    }

    async fn lost(&mut self) -> KeeperError {
        loop {
            sleep(CHECK_EVERY).await;
            if answers(&mut self.connection).await {
                continue;
            }
            tracing::warn!("the connection that holds the database's lock is lost");
            match self.lock_again().await {
                Some(connection) => self.connection = connection,
                None => return KeeperError::TakenOver { what: described(&self.options) },
            }
            tracing::info!("the database's lock is held again");
        }
    }

    /// None when somebody else has the lock; waits for a database that does not answer.
    async fn lock_again(&self) -> Option<PgConnection> {
        loop {
            let locked = async {
                let mut connection = connect(&self.options).await?;
                // The server may not have noticed that the lost connection is one.
                sqlx::query(END_FORMER).bind(&self.name).execute(&mut connection).await?;
                Ok::<_, sqlx::Error>(is_locked_soon(&mut connection).await?.then_some(connection))
            };
            match timeout(TRIES * PAUSE + ANSWERS_WITHIN, locked).await {
                Ok(Ok(locked)) => return locked,
                Ok(Err(error)) => tracing::debug!(%error, "the database does not answer yet"),
                Err(_) => tracing::debug!("the database does not answer in time"),
            }
            sleep(CHECK_EVERY).await;
        }
    }
}

async fn connect(options: &PgConnectOptions) -> sqlx::Result<PgConnection> {
    let mut connection = options.connect().await?;
    for setting in [ASK_AFTER, ASK_EVERY, ASK_TIMES] {
        sqlx::query(setting).execute(&mut connection).await?;
    }
    Ok(connection)
}

/// Whether the lock is the connection's, now or after a little patience.
async fn is_locked_soon(connection: &mut PgConnection) -> sqlx::Result<bool> {
    for _ in 0..TRIES {
        if sqlx::query_scalar(TRY_LOCK).bind(LOCK).fetch_one(&mut *connection).await? {
            return Ok(true);
        }
        sleep(PAUSE).await;
    }
    Ok(false)
}

async fn answers(connection: &mut PgConnection) -> bool {
    let asked = sqlx::query(ANSWERS).execute(connection);
    timeout(ANSWERS_WITHIN, asked).await.is_ok_and(|answer| answer.is_ok())
}

/// The database for people, without its password.
fn described(options: &PgConnectOptions) -> String {
    let database = options.get_database().unwrap_or_else(|| options.get_username());
    format!("the PostgreSQL database {database} at {}", options.get_host())
}
