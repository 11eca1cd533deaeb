//! The database: two engines, one set of statements.
//!
//! A statement is declared by [`statement!`] (of many rows by [`rows!`]) in lower case, with `$1` placeholders that
//! both engines take; an instant is bound and read as `i64` (`Timestamp.0`), an id as `Uuid` (`TicketId.0`), JSON as
//! [`sqlx::types::Json`], bytes as `Vec<u8>`, a `bool` as itself.
//!
//! - **Reading** takes a connection of the pool: `read!(desk.db(), c => sqlx::query_as::<_, (Uuid,
//!   i64)>(SQL).bind(id.0).fetch_all(c).await)?`. The body is compiled once per engine; it must be an expression of
//!   `Result<_, sqlx::Error>`. Rows are tuples or a `#[derive(sqlx::FromRow)]` struct.
//! - **Writing** is a transaction: `let mut tx = desk.begin().await?;`, then
//!   `run!(tx, c => sqlx::query(SQL).bind(id.0).execute(c).await)?` any number of times (reading too), then
//!   `desk.commit(tx).await?`. A [`Tx`] that is dropped is rolled back. `execute` answers an engine's own result: take
//!   `.map(|done| done.rows_affected())` inside the macro.
//! - **After the commit**: `tx.publish(Event::…)` hands events to the hub, `tx.wake_worker()` wakes the workers of jobs
//!   and mail; both happen in [`crate::Desk::commit`] and not when the transaction is rolled back.
//! - **A passing fault** of PostgreSQL (serialization, deadlock, a connection cut): put the whole transaction into
//!   `retry!({ … })`, with ids and instants made outside, so that a repeat writes the same. A commit whose answer is
//!   lost is no such fault: it is looked up what became of it, and it counts as answered.
//! - SQLite has one writing connection: while a [`Tx`] lives nobody else writes. No waiting on anything else inside
//!   one.
//!
//! Where the engines differ (job claim), two statements stand side by side and `desk.db().is_postgres()` chooses.
//!
//! A condition like `state in ('waiting', 'ringing') and state = 'ringing'` says the same thing twice on purpose: a
//! partial index is used only where the statement repeats the index's own condition, and the second half is what the
//! statement means.

mod answer;
mod commit;
mod connections;
mod effects;
mod failure;
mod mark;
mod notify;
pub(crate) mod pages;
mod pool;
mod recovery;
#[cfg(test)]
pub(crate) mod registry;
mod retry;
mod revision;
mod room;
mod rows;
pub(crate) mod schema;
mod statement;
mod storage;
#[cfg(test)]
mod tests;
mod tx;

pub(crate) use answer::{in_time, in_time_of};
pub(crate) use commit::Uncommitted;
pub use connections::{Connections, ConnectionsError};
pub(crate) use effects::{Count, Effects};
pub use effects::{Event, LastMessage, On, Party, Receipt, RowChange};
pub(crate) use notify::{CHANNEL, notify, notify_with};
pub(crate) use pool::{Db, is_postgres_url, read};
pub(crate) use retry::{Attempts, retry, run_detached};
pub(crate) use revision::{bump_revision, revision};
pub use room::Room;
pub(crate) use rows::{MAX_ROWS, Rows, rows};
pub(crate) use statement::{Statement, postgres_now, register, statement};
pub(crate) use storage::{Storage, StorageFault};
pub(crate) use tx::{Conn, Tx, run};
