//! Committing, also where the answer is lost: what became of a transaction of PostgreSQL its number says, on another connection
//! (`reliability.md`, "Ids and instants of a transaction").

use super::{
    effects::Effects,
    pool::Db,
    statement,
    tx::{Conn, Tx},
};
use crate::Error;
use sqlx::PgPool;
use std::time::Duration;
use tokio::time::{sleep, timeout};

/// So long it is asked what became of a transaction; who waits for the answer is told to try again then.
const ASKED_FOR: Duration = Duration::from_secs(15);
/// The first pause between two questions; each is twice as long, up to the last.
const FIRST_PAUSE: Duration = Duration::from_millis(5);
const LAST_PAUSE: Duration = Duration::from_millis(500);

/// A commit that did not succeed, as far as is known.
pub(crate) struct Uncommitted {
    pub(crate) error: Error,
    /// Where nobody knows whether it did: those effects that do no harm if it did not.
    pub(crate) effects: Effects,
}

impl From<Error> for Uncommitted {
    fn from(error: Error) -> Self {
        Self { error, effects: Effects::default() }
    }
}

/// What became of a transaction.
enum Fate {
    Committed,
    RolledBack,
    Unknown,
}

statement!(NUMBER for Postgres = "select pg_current_xact_id()::text::bigint");
statement!(FATE for Postgres = "select pg_xact_status($1::bigint::text::xid8)");

impl Tx {
    /// Commits the rows; the effects are for [`crate::Desk::commit`].
    pub(crate) async fn commit(self, db: &Db) -> Result<Effects, Uncommitted> {
        let (mut transaction, pool) = match (self.conn, db) {
            (Conn::Postgres(transaction), Db::Postgres(pool)) => (transaction, pool),
            (Conn::Postgres(_), Db::Sqlite { .. }) => {
                unreachable!("a transaction of another database")
            }
            (Conn::Sqlite(transaction), _) => {
                transaction.commit().await.map_err(Error::from)?;
                return Ok(self.effects);
            }
        };
        let number = match self.number {
            Some(number) => number,
            None => {
                let number = sqlx::query_scalar(NUMBER).fetch_one(&mut *transaction).await;
                number.map_err(Error::from)?
            }
        };
        let Err(error) = transaction.commit().await else { return Ok(self.effects) };
        match fate(pool, number).await {
            Fate::Committed => Ok(self.effects),
            Fate::RolledBack if error.as_database_error().is_some() => {
                Err(Error::from(error).into())
            }
            // Its answer was lost, and nothing else: it may simply be run again.
            Fate::RolledBack => Err(Error::Conflict.into()),
            Fate::Unknown => Err(Uncommitted {
                error: Error::Unanswered(error),
                effects: self.effects.without_claims(),
            }),
        }
    }
}

/// What became of the transaction with this number.
async fn fate(pool: &PgPool, number: i64) -> Fate {
    let ask = async {
        let mut pause = FIRST_PAUSE;
        loop {
            let status = sqlx::query_scalar::<_, Option<String>>(FATE).bind(number);
            match status.fetch_one(pool).await.as_ref().map(Option::as_deref) {
                Ok(Some("committed")) => return Fate::Committed,
                Ok(Some("aborted")) => return Fate::RolledBack,
                // So long ago that the server has forgotten.
                Ok(None) => return Fate::Unknown,
                // The server has not noticed yet that nobody is there any more, or is away itself.
                Ok(Some(_)) | Err(_) => {}
            }
            sleep(pause).await;
            pause = (2 * pause).min(LAST_PAUSE);
        }
    };
    timeout(ASKED_FOR, ask).await.unwrap_or(Fate::Unknown)
}
