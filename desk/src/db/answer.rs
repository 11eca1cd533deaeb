//! How long PostgreSQL may take. A connection whose other end has lost its power says nothing, and a process that
//! stands still in the middle of a transaction keeps what it holds: neither may keep others waiting for ever.

use futures_util::future::BoxFuture;
use sqlx::{Connection, PgConnection, Result};
use std::time::Duration;
use tokio::time::timeout;

/// A statement that is not answered within this never will be.
const ANSWERS_WITHIN: Duration = Duration::from_secs(30);
/// The same of the question whether a connection still is one.
const PINGED_WITHIN: Duration = Duration::from_secs(5);

/// Begins a transaction. The server waits five seconds for a locked row, after which the transaction may be run again
/// ([`super::retry!`]), and ends a transaction that nothing was asked of for ten.
///
/// For this transaction alone: behind a pooler the next one may be somebody else's.
pub(super) const BEGIN: &str = "\
    begin; set local lock_timeout = '5s'; set local idle_in_transaction_session_timeout = '10s'";

/// A statement's answer, if it comes in time.
///
/// # Errors
/// `PoolTimedOut`, as for a connection that could not be had.
// In a box: every verb holds many of these, one after another, and would be several times as large.
pub(crate) fn in_time<'a, T: Send + 'a>(
    answer: impl Future<Output = Result<T>> + Send + 'a,
) -> BoxFuture<'a, Result<T>> {
    Box::pin(in_time_of(ANSWERS_WITHIN, answer))
}

/// The same with a bound of one's own.
pub(crate) async fn in_time_of<T, E: From<sqlx::Error>>(
    within: Duration,
    answer: impl Future<Output = std::result::Result<T, E>>,
) -> std::result::Result<T, E> {
    timeout(within, answer).await.unwrap_or_else(|_| Err(sqlx::Error::PoolTimedOut.into()))
}

/// Whether a connection that is given back may be lent again. One that says nothing is closed without a word, for the
/// pool would wait for it.
pub(super) async fn is_sound(connection: &mut PgConnection) -> Result<bool> {
    in_time_of(PINGED_WITHIN, connection.ping()).await?;
    Ok(true)
}

#[cfg(test)]
mod tests {
    use crate::{
        db::run,
        world::{Engine, World},
    };
    use uuid::Uuid;

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_transaction_that_stands_still_holds_nobody_up_for_ever() {
        if !Engine::Postgres.is_here() {
            return;
        }
        let world = World::new(Engine::Postgres).await;
        let site = world.site("a").await;
        let (_agent, _console) = world.at_console("lucia").await;
        let (_, visitor) = world.start(&site).await;
        // As of a process that was frozen in the middle of it.
        let mut frozen = world.desk.begin().await.unwrap();
        let touch = "update tickets set subject = subject where id = $1 returning id";
        let held: sqlx::Result<Uuid> = run!(frozen, c => sqlx::query_scalar(touch)
            .bind(visitor.ticket.0)
            .fetch_one(c)
            .await)
        .map_err(|_| sqlx::Error::RowNotFound);
        assert_eq!(held.unwrap(), visitor.ticket.0);
        // Both wait for it: the writer with everything that is behind it, and a verb.
        world.visitor_posts(visitor, "¿Hola?").await;
        world.desk.end_chat_as_visitor(visitor).await.unwrap();
        // What it decided meanwhile is nothing any more.
        assert!(world.desk.commit(frozen).await.is_err());
    }
}
