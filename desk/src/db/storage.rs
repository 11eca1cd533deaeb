//! Whether the database can store anything: after a write that the disk refused nothing is written until a write of
//! the desk's own succeeds again; reading goes on (`reliability.md`, "Nothing lost").

use crate::Error;
use sqlx::{postgres::PgDatabaseError, sqlite::SqliteError};
use std::sync::{Mutex, PoisonError};

/// Primary result codes of SQLite: nothing can be written. `SQLITE_READONLY`, `SQLITE_IOERR`, `SQLITE_CANTOPEN`; the
/// low byte of every extended code is one of them.
const SQLITE_FAILED: [i32; 3] = [8, 10, 14];
/// `SQLITE_FULL`; and what a full disk makes of a write to the log or its index.
const SQLITE_FULL: [i32; 3] = [13, 778, 4874];
/// `disk_full`.
const POSTGRES_FULL: &str = "53100";
/// `io_error`, `undefined_file`, and `read_only_sql_transaction` of a server that has become a standby.
const POSTGRES_FAILED: [&str; 3] = ["58030", "58P01", "25006"];

/// Why nothing can be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StorageFault {
    Full,
    Failed,
}

impl StorageFault {
    /// What an error of the database says about its storage.
    pub(super) fn of(error: &sqlx::Error) -> Option<Self> {
        let error = error.as_database_error()?;
        if let Some(error) = error.try_downcast_ref::<SqliteError>() {
            let code: i32 = sqlx::error::DatabaseError::code(error)?.parse().ok()?;
            return match code {
                full if SQLITE_FULL.contains(&full) => Some(Self::Full),
                failed if SQLITE_FAILED.contains(&(failed & 0xff)) => Some(Self::Failed),
                _ => None,
            };
        }
        match error.try_downcast_ref::<PgDatabaseError>()?.code() {
            POSTGRES_FULL => Some(Self::Full),
            failed if POSTGRES_FAILED.contains(&failed) => Some(Self::Failed),
            _ => None,
        }
    }

    pub(super) fn error(self) -> Error {
        match self {
            Self::Full => Error::StorageFull,
            Self::Failed => Error::StorageFailed,
        }
    }
}

/// What is known of the storage; none: it takes what is written.
#[derive(Debug, Default)]
pub(crate) struct Storage(Mutex<Option<StorageFault>>);

impl Storage {
    pub(crate) fn find_fault(&self) -> Option<StorageFault> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes what an error of a writing transaction says about the storage.
    pub(crate) fn note(&self, error: sqlx::Error) -> Error {
        if let Some(fault) = StorageFault::of(&error)
            && self.set(Some(fault)) != Some(fault)
        {
            tracing::error!(%error, "the desk is read-only until a write succeeds");
        }
        error.into()
    }

    pub(super) fn set(&self, fault: Option<StorageFault>) -> Option<StorageFault> {
        std::mem::replace(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner), fault)
    }
}
