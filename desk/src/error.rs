//! What can go wrong in the desk.

use protocol::{Code, Refusal, text_enum::UnknownText};
use sqlx::postgres::PgConnectOptions;
use std::io;

/// Short for a desk's answer.
pub type Result<T> = std::result::Result<T, Error>;

/// Why a verb did not happen. Knows no HTTP.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The caller's input or right is to blame; safe to show.
    #[error("refused: {0}")]
    Refused(#[from] Refusal),
    /// The database did not do it.
    #[error("the database failed")]
    Database(#[source] sqlx::Error),
    /// The database did not say whether it did it, and could not be asked.
    #[error("the database did not say whether it is done")]
    Unanswered(#[source] sqlx::Error),
    /// Another transaction came between; the same one may be run again.
    #[error("another change came between")]
    Conflict,
    /// What failed for several at once.
    #[error(transparent)]
    Shared(std::sync::Arc<Error>),
    /// The disk is full; reading goes on.
    #[error("the disk is full")]
    StorageFull,
    /// The disk failed a moment ago; reading goes on.
    #[error("nothing can be stored just now")]
    StorageFailed,
    /// The bucket that files are in did not do it, or, where it `TimedOut`, did not say whether it did.
    #[error("the store of files failed")]
    FileStore(#[source] std::io::Error),
    /// A file could not be read or written.
    #[error("a file failed")]
    File(#[from] io::Error),
    /// The database holds a text that this version does not know; nothing is guessed.
    #[error("a row is not understood")]
    UnknownText(#[from] UnknownText),
}

impl Error {
    /// What a caller outside may be told.
    pub fn refusal(&self) -> Refusal {
        match self {
            Self::Refused(refusal) => *refusal,
            Self::Shared(error) => error.refusal(),
            Self::StorageFull => Refusal::new(Code::StorageFull),
            Self::Database(_)
            | Self::Unanswered(_)
            | Self::Conflict
            | Self::StorageFailed
            | Self::FileStore(_) => Refusal::new(Code::TryAgain),
            Self::File(_) | Self::UnknownText(_) => Refusal::new(Code::Internal),
        }
    }

    pub(crate) fn not_found() -> Self {
        Refusal::new(Code::NotFound).into()
    }
}

/// Why the desk cannot do its work just now; each begins with the part that is to blame.
#[derive(Debug, thiserror::Error)]
pub enum NotReady {
    /// A part has panicked a moment ago, and began again.
    #[error("{0}: failed and begins again")]
    Panicked(&'static str),
    /// Nothing is written until a write succeeds again.
    #[error("storage: the disk is full, the desk is read-only")]
    StorageFull,
    /// The same after an error of the disk.
    #[error("storage: writing failed, the desk is read-only")]
    StorageFailed,
    /// Nothing can be read.
    #[error("database: does not answer")]
    Database(#[source] Error),
}

/// Why a desk could not be opened; each says what to do.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The folder cannot be used.
    #[error("the data folder {path} cannot be used")]
    DataDir {
        path: std::path::PathBuf,
        #[source]
        source: io::Error,
    },
    /// The URL is of no database that is known.
    #[error("database URL must begin with sqlite: or postgres://")]
    DatabaseUrl,
    /// The database cannot be opened or migrated.
    #[error("the database cannot be opened")]
    Database(#[from] sqlx::Error),
    /// A PostgreSQL that cannot be reached, or lets nobody in.
    #[error("{database} cannot be reached")]
    Postgres {
        /// Which, without its password.
        database: String,
        #[source]
        source: sqlx::Error,
    },
    /// A file of the connection's cannot be read.
    #[error(
        "{database} cannot be reached: a file of sslrootcert=, sslcert= or sslkey= in the URL cannot be read"
    )]
    CertificateFile {
        /// Which, without its password.
        database: String,
        #[source]
        source: sqlx::Error,
    },
    /// A PostgreSQL that does not prove to be the one that the URL names.
    #[error(
        "{database} shows a certificate that does not hold: its authority has to be on Mozilla's list or in the file of \
         sslrootcert= in the URL, and the host one of those that it is for"
    )]
    Certificate {
        /// Which, without its password.
        database: String,
        #[source]
        source: sqlx::Error,
    },
    /// What is in the database cannot be read.
    #[error("the database cannot be read")]
    Load(#[source] Error),
    /// The schema cannot be brought up to date.
    #[error("the database schema cannot be used by this version")]
    Migrate(#[from] sqlx::migrate::MigrateError),
    /// The bucket's settings cannot be used.
    #[error("the store of files cannot be used: {message}")]
    Files { message: String },
    /// The system gives no more threads.
    #[error("the thread that writes cannot be started")]
    Thread(#[source] io::Error),
    /// A mail setting is wrong.
    #[error("mail setting {setting}: {message}")]
    Mail { setting: &'static str, message: String },
}

impl OpenError {
    /// What a failed connection to PostgreSQL means.
    pub(crate) fn postgres(options: &PgConnectOptions, source: sqlx::Error) -> Self {
        let name = options.get_database().unwrap_or_else(|| options.get_username());
        let place = match options.get_socket() {
            Some(folder) => folder.display().to_string(),
            None => format!("{}:{}", options.get_host(), options.get_port()),
        };
        let database = format!("the PostgreSQL database {name} at {place}");
        match &source {
            // What becomes of the TLS library's faults.
            sqlx::Error::Io(error)
                if error.kind() == io::ErrorKind::InvalidData
                    && error.to_string().contains("certificate") =>
            {
                Self::Certificate { database, source }
            }
            // A network has no such faults.
            sqlx::Error::Io(error)
                if matches!(
                    error.kind(),
                    io::ErrorKind::NotFound | io::ErrorKind::PermissionDenied
                ) && options.get_socket().is_none() =>
            {
                Self::CertificateFile { database, source }
            }
            _ => Self::Postgres { database, source },
        }
    }
}
