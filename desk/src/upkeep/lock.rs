//! The lock of a SQLite database: the one process that has it serves it.

use crate::{OpenError, Options, db::is_postgres_url, private};
use sqlx::sqlite::SqliteConnectOptions;
use std::{
    fs::{File, TryLockError},
    io,
    path::{Path, PathBuf},
    str::FromStr,
    thread::sleep,
    time::Duration,
};

/// A server that is just ending has this many tries to go, and so has a program that it was starting.
const TRIES: u32 = 20;
/// The pause between two of them.
const PAUSE_BETWEEN_TRIES: Duration = Duration::from_millis(50);

/// Why this process may not serve a database; each says what to do.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// Another process has the lock.
    #[error("another `ayuda serve` works on {what}: stop it first, or give this one {instead}")]
    Taken {
        /// The folder or file.
        what: String,
        /// What to change, with its flag.
        instead: &'static str,
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
    /// The URL is wrong.
    #[error(transparent)]
    Open(#[from] OpenError),
}

/// The right to serve a database, held until it is dropped; [`crate::Desk::run`] wants it.
///
/// On SQLite it is a lock on a file beside the database, which the system ends with the process, however that ends, so
/// that the next one starts at once. PostgreSQL is served by any number of processes.
#[derive(Debug)]
pub struct Lock {
    /// None on PostgreSQL, and where the file system has no locks.
    _file: Option<File>,
}

impl Lock {
    /// Takes the lock of what a desk with these options would open. The database itself is neither made nor opened.
    ///
    /// # Errors
    /// `Taken` when another process has it.
    pub fn take(options: &Options) -> Result<Self, LockError> {
        let url = options.url();
        if is_postgres_url(&url) {
            return Ok(Self { _file: None });
        }
        if !url.starts_with("sqlite:") {
            return Err(OpenError::DatabaseUrl.into());
        }
        Ok(Self { _file: lock_file(options, &url)? })
    }
}

/// None where the file system has no locks: there a second server has to be kept away by hand.
fn lock_file(options: &Options, url: &str) -> Result<Option<File>, LockError> {
    let of_url = SqliteConnectOptions::from_str(url).map_err(OpenError::Database)?;
    let database = of_url.get_filename();
    let unusable = |source| LockError::File { path: database.to_owned(), source };
    let database = real_path(database).map_err(unusable)?;
    let path = database.with_added_extension("lock");
    let file = private::file_options().create(true).truncate(false).write(true).open(&path);
    let file = file.map_err(|source| LockError::File { path: path.clone(), source })?;
    private::tighten(&path);
    let mut tries = TRIES;
    let locked = loop {
        match file.try_lock() {
            Err(TryLockError::WouldBlock) if tries > 0 => {
                tries -= 1;
                sleep(PAUSE_BETWEEN_TRIES);
            }
            locked => break locked,
        }
    };
    match locked {
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

fn taken_file(data_dir: &Path, database: &Path) -> LockError {
    let is_inside = data_dir.canonicalize().is_ok_and(|folder| database.starts_with(folder));
    if is_inside {
        LockError::Taken {
            what: format!("the data folder {}", data_dir.display()),
            instead: "a folder of its own with --data-dir",
        }
    } else {
        LockError::Taken {
            what: format!("the database {}", database.display()),
            instead: "a database of its own with --database-url",
        }
    }
}
