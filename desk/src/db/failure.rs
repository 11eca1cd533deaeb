//! What a failure of the database means to the desk.

use super::storage::StorageFault;
use crate::Error;
use protocol::{Code, Refusal};

/// Codes of PostgreSQL after which the same transaction may simply be run again (`reliability.md`).
const TRANSIENT: [&str; 7] = ["57P01", "57P02", "57P03", "40001", "40P01", "55P03", "25P03"];

impl Error {
    /// Whether the same transaction may be run again as it is.
    pub(crate) fn is_transient(&self) -> bool {
        match self {
            Self::Conflict | Self::Database(sqlx::Error::Io(_)) => true,
            Self::Database(sqlx::Error::Database(error)) => {
                error.try_downcast_ref::<sqlx::postgres::PgDatabaseError>().is_some_and(|error| {
                    TRANSIENT.contains(&error.code()) || error.code().starts_with("08")
                })
            }
            _ => false,
        }
    }

    /// Whether the database answers nobody at the moment: what was asked of it is not to blame.
    pub(crate) fn is_silence(&self) -> bool {
        matches!(self, Self::Database(sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed))
    }
}

/// Codes of PostgreSQL for a text with a character that it does not store: U+0000. Texts are parsed long before; what
/// was not would be a fault of the caller's all the same, and no reason to ask again.
const NOT_A_TEXT: [&str; 2] = ["22021", "22P05"];

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        if StorageFault::of(&error) == Some(StorageFault::Full) {
            return Self::StorageFull;
        }
        let code = error.as_database_error().and_then(sqlx::error::DatabaseError::code);
        if code.is_some_and(|code| NOT_A_TEXT.contains(&&*code)) {
            return Refusal::new(Code::BodyInvalid).into();
        }
        Self::Database(error)
    }
}

#[cfg(test)]
mod tests {
    use crate::{
        Clock, Connections, Desk, Error, Options, Result,
        db::{Db, run},
        error::NotReady,
    };
    use protocol::Timestamp;

    const FILL: &str =
        "insert into jobs (id, kind, key, details, attempts) values ($1, 'fill', 'fill', $2, 0)";

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
            listen_url: None,
            database_connections: Connections::default(),
            secret_key: None,
            files: None,
            public_url: "https://help.example.com".into(),
            smtp_url: None,
            mail_from: "Ayuda <ayuda@example.com>".into(),
            disk_floor: Options::DISK_FLOOR,
            node_lease: Options::NODE_LEASE,
            clock: Clock::manual(Timestamp(0)),
        };
        let desk = Desk::open(options).await.unwrap();
        let Db::Sqlite { write, .. } = desk.db() else { panic!("SQLite is the default") };
        let limit = async |pages: &str| {
            let text = format!("pragma max_page_count = {pages}");
            sqlx::query(sqlx::AssertSqlSafe(text)).execute(write).await.unwrap();
        };
        let (pages,): (i64,) = sqlx::query_as("pragma page_count").fetch_one(write).await.unwrap();
        limit(&(pages + 2).to_string()).await;
        for _ in 0..3 {
            assert!(matches!(fill(&desk, 100_000).await, Err(Error::StorageFull)));
            assert!(matches!(desk.ready().await, Err(NotReady::StorageFull)));
        }
        limit("1073741823").await;
        desk.try_storage().await.unwrap();
        desk.ready().await.unwrap();
        fill(&desk, 100_000).await.unwrap();
        desk.close().await;
    }
}
