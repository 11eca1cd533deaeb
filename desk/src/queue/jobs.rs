//! Jobs: what must happen at some time. A row holds ids only, is deleted when it is done, and is there once for a kind
//! and key. Who does which job lies above.

use super::{lease::Lease, table::table};
use crate::{
    Desk, Result,
    db::{Tx, run, statement},
};
use protocol::{TicketId, Timestamp};
use serde::{Deserialize, Serialize};
use sqlx::types::Json;

/// What there is to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(crate) enum Job {
    /// Mail the replies that a visitor without an open panel has not seen.
    MailUnseen { ticket: TicketId },
    /// Delete stored files whose rows are gone.
    DeleteFiles { names: Vec<String> },
    /// Delete uploads that came onto no message.
    SweepFiles,
    /// Delete ended sessions and links, and attempts to sign in that count no more.
    SweepSessions,
    /// Forget processes that are gone for long.
    SweepNodes,
}

impl Job {
    fn kind(&self) -> &'static str {
        match self {
            Self::DeleteFiles { .. } => "delete_files",
            Self::MailUnseen { .. } => "mail_unseen",
            Self::SweepFiles => "sweep_files",
            Self::SweepSessions => "sweep_sessions",
            Self::SweepNodes => "sweep_nodes",
        }
    }

    /// The same kind and key is there once.
    fn key(&self) -> String {
        match self {
            // A name is there once.
            Self::DeleteFiles { names } => names.first().cloned().unwrap_or_default(),
            Self::MailUnseen { ticket } => ticket.to_string(),
            Self::SweepFiles | Self::SweepSessions | Self::SweepNodes => String::new(),
        }
    }
}

table!(pub(crate) TABLE = "jobs", "kind", "details");

/// A row of the table, as an attempt reads it.
#[derive(Clone, Debug, sqlx::FromRow)]
pub(crate) struct JobRow {
    details: Json<serde_json::Value>,
}

impl JobRow {
    /// What there is to do. A job of a newer version is not understood, and waits for that one.
    pub(crate) fn job(&self) -> std::result::Result<Job, serde_json::Error> {
        Job::deserialize(&self.details.0)
    }
}

// A job that is worked on at this moment may have looked before the new cause was there: its worker loses the lease, so
// that the row outlives it.
statement!(
    ENQUEUE = "
    insert into jobs (id, kind, key, details, due_at, attempts)
    values ($1, $2, $3, $4, $5, 0)
    on conflict (kind, key) do update set
      due_at = excluded.due_at, claimed_until = null, attempts = 0, parked_at = null, error = null
    where jobs.claimed_until is not null or jobs.due_at is null"
);

/// Makes a job due, in the same transaction as what makes it necessary. One that waits already keeps its time; one that
/// is being worked on, or parked, is due once more.
pub(crate) async fn enqueue(tx: &mut Tx, desk: &Desk, job: Job, due_at: Timestamp) -> Result<()> {
    run!(tx, c => sqlx::query(ENQUEUE)
        .bind(desk.clock().new_id())
        .bind(job.kind())
        .bind(job.key())
        .bind(Json(job))
        .bind(due_at.0)
        .execute(c)
        .await
        .map(|_| ()))?;
    tx.wake_worker();
    Ok(())
}

statement!(DONE = "delete from jobs where id = $1 and claimed_until = $2");

/// Takes a job that is done off the table; false when the lease holds no longer.
pub(crate) async fn done(tx: &mut Tx, lease: Lease) -> Result<bool> {
    run!(tx, c => sqlx::query(DONE)
        .bind(lease.id)
        .bind(lease.until)
        .execute(c)
        .await
        .map(|done| done.rows_affected() > 0))
}
