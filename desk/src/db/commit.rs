//! Committing, also where the answer is lost: what became of a transaction of PostgreSQL its number says, on another
//! connection. So a verb answers, counts and tells the same, whether the answer to its COMMIT came or not.

use super::{
    answer::in_time_of,
    effects::Effects,
    mark::Mark,
    notify::{CHANNEL, NOTIFY},
    pool::Db,
    statement,
    tx::{Conn, Tx},
};
use crate::Error;
use sqlx::PgPool;
use std::{io, time::Duration};
use tokio::time::{sleep, timeout};

/// So long it is asked what became of a transaction; who waits for the answer is told to try again then.
const ASKED_FOR: Duration = Duration::from_secs(15);
/// A commit that is not answered within this is asked about, too: a connection whose other end has lost its power says
/// nothing.
const ANSWERS_WITHIN: Duration = Duration::from_secs(10);
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
#[derive(Debug, PartialEq, Eq)]
enum Fate {
    Committed,
    RolledBack,
    Unknown,
}

statement!(NUMBER for Postgres = "
    select pg_current_xact_id()::text::bigint,
      (extract(epoch from pg_postmaster_start_time()) * 1000000)::bigint,
      (select count(pg_notify($1, text)) from unnest($2::text[]) as text)");
statement!(STATUS for Postgres = "select pg_xact_status($1::bigint::text::xid8)");
statement!(IS_THERE for Postgres = "
    select exists (select 1 from entries where position = $1 and id = $2)");
statement!(IS_STARTED_AT for Postgres = "
    select (extract(epoch from pg_postmaster_start_time()) * 1000000)::bigint = $1");

impl Tx {
    /// Commits the rows; the effects are for [`crate::Desk::commit`]. On PostgreSQL the other processes are told these
    /// texts, if and when it is committed.
    ///
    /// `unanswered` is called when the answer is lost, before it is asked for.
    pub(crate) async fn commit(
        self,
        db: &Db,
        told: &[String],
        unanswered: impl FnOnce(),
    ) -> Result<Effects, Uncommitted> {
        let (mut transaction, pool) = match (self.conn, db) {
            (Conn::Postgres(transaction), Db::Postgres(pool)) => (transaction, pool),
            (Conn::Postgres(_), Db::Sqlite { .. }) => {
                unreachable!("a transaction of another database")
            }
            (Conn::Sqlite(transaction), _) => {
                transaction.commit().await.map_err(|error| self.storage.note(error))?;
                return Ok(self.effects);
            }
        };
        let mark = match self.mark {
            Some(mark) => {
                if !told.is_empty() {
                    let notify = sqlx::query(NOTIFY).bind(CHANNEL).bind(told);
                    let notified = notify.execute(&mut *transaction);
                    let notified = in_time_of(ANSWERS_WITHIN, notified).await;
                    notified.map_err(|error| self.storage.note(error))?;
                }
                mark
            }
            None => {
                let number = sqlx::query_as(NUMBER).bind(CHANNEL).bind(told);
                let number = number.fetch_one(&mut *transaction);
                let (number, started, _): (_, _, i64) = in_time_of(ANSWERS_WITHIN, number)
                    .await
                    .map_err(|error| self.storage.note(error))?;
                Mark::Number { number, started }
            }
        };
        let silent = |_| Err(io::Error::from(io::ErrorKind::TimedOut).into());
        let answer = timeout(ANSWERS_WITHIN, transaction.commit()).await.unwrap_or_else(silent);
        let Err(error) = answer else { return Ok(self.effects) };
        unanswered();
        match fate(pool, mark).await {
            Fate::Committed => Ok(self.effects),
            Fate::RolledBack if error.as_database_error().is_some() => {
                Err(self.storage.note(error).into())
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

/// What became of a transaction, asked until the server knows.
async fn fate(pool: &PgPool, mark: Mark) -> Fate {
    let ask = async {
        let mut pause = FIRST_PAUSE;
        loop {
            // An error: the server is away.
            if let Ok(Some(fate)) = find_fate(pool, mark).await {
                return fate;
            }
            sleep(pause).await;
            pause = (2 * pause).min(LAST_PAUSE);
        }
    };
    timeout(ASKED_FOR, ask).await.unwrap_or(Fate::Unknown)
}

/// None: the server has not noticed yet that nobody is there any more.
async fn find_fate(pool: &PgPool, mark: Mark) -> sqlx::Result<Option<Fate>> {
    let (Mark::Entry { position: number, .. } | Mark::Number { number, .. }) = mark;
    let status: Option<String> = sqlx::query_scalar(STATUS).bind(number).fetch_one(pool).await?;
    match status.as_deref() {
        Some("committed") => {}
        Some("aborted") => return Ok(Some(Fate::RolledBack)),
        Some(_) => return Ok(None),
        // So long ago that the server has forgotten.
        None => return Ok(Some(Fate::Unknown)),
    }
    // Asked after the status: what is committed is seen.
    let (known, otherwise) = match mark {
        Mark::Entry { position, id } => {
            let is_there = sqlx::query_scalar(IS_THERE).bind(position).bind(id.0);
            (is_there.fetch_one(pool).await?, Fate::RolledBack)
        }
        Mark::Number { started, .. } => {
            let is_same = sqlx::query_scalar(IS_STARTED_AT).bind(started);
            (is_same.fetch_one(pool).await?, Fate::Unknown)
        }
    };
    Ok(Some(if known { Fate::Committed } else { otherwise }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::{Engine, World};

    #[tokio::test]
    async fn a_number_that_a_crashed_server_gave_away_again_commits_nobody_elses_work() {
        if !Engine::Postgres.is_here() {
            return;
        }
        let world = World::new(Engine::Postgres).await;
        let site = world.site("a").await;
        let started = world.ask(&site, "ana@example.com").await;
        let Db::Postgres(pool) = world.desk.db() else { panic!("PostgreSQL") };
        let find = "select position from entries where id = $1";
        let position = sqlx::query_scalar(find).bind(started.id.0).fetch_one(pool).await.unwrap();
        let entry = |id| Mark::Entry { position, id };
        assert_eq!(fate(pool, entry(started.id)).await, Fate::Committed);
        assert_eq!(fate(pool, entry(world.new_id())).await, Fate::RolledBack);
        let nothing: &[String] = &[];
        let number = sqlx::query_as(NUMBER).bind(CHANNEL).bind(nothing).fetch_one(pool).await;
        let (number, started, _): (i64, i64, i64) = number.unwrap();
        assert_eq!(fate(pool, Mark::Number { number, started }).await, Fate::Committed);
        let earlier = Mark::Number { number, started: started - 1 };
        assert_eq!(fate(pool, earlier).await, Fate::Unknown);
    }
}
