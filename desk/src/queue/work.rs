//! What a table of work is to the mechanism.

use super::{
    backoff::Backoff, lease::Lease, outcome::Outcome, slots::Slots, table::Table, wake::Wakeups,
};
use crate::{Desk, Result, db::Tx};
use sqlx::{FromRow, postgres::PgRow, sqlite::SqliteRow};
use std::time::Duration;
use tokio::sync::Notify;

/// One table of work: its rows, and what is done for each.
pub(crate) trait Work: Send + Sync + 'static {
    /// What an attempt reads of its row.
    type Row: for<'r> FromRow<'r, SqliteRow>
        + for<'r> FromRow<'r, PgRow>
        + Send
        + Sync
        + Unpin
        + 'static;

    const TABLE: Table;
    const SLOTS: Slots;
    const BACKOFF: Backoff;

    /// What the rows that a fault holds up together have in common, told by the table's column for it.
    fn lane(column: &str) -> &str {
        column
    }

    /// Who waits for a new row.
    fn wakeup(wakeups: &Wakeups) -> &Notify;

    /// How long a claim lasts: longer than any attempt takes, for a claim that lapses is somebody else's.
    fn lease(desk: &Desk) -> Duration;

    /// Before rows are claimed: writes down what an earlier attempt came to, where that could not be done.
    fn before_claim(_desk: &Desk) -> impl Future<Output = ()> + Send {
        async {}
    }

    /// What an attempt came to is written down.
    fn is_written_down(_desk: &Desk, _lease: Lease) {}

    /// One attempt. It happens at least once for each row, and may happen again when nobody could note that it did.
    fn attempt(desk: &Desk, lease: Lease, row: &Self::Row) -> impl Future<Output = Outcome> + Send;

    /// Takes a row that is done off the table, or keeps it as done; false when the lease holds no longer.
    fn done(tx: &mut Tx, desk: &Desk, lease: Lease) -> impl Future<Output = Result<bool>> + Send;

    /// What else is written when a row is parked.
    fn parked(
        _tx: &mut Tx,
        _desk: &Desk,
        _row: &Self::Row,
        _why: &str,
    ) -> impl Future<Output = Result<()>> + Send {
        async { Ok(()) }
    }
}
