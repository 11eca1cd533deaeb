//! Jobs: what must happen, kept as rows: written in the transaction of what caused it, done at least once, safe to do twice.
//!
//! A row holds ids only. It is claimed for a while (several processes may share the database), deleted when done, put back
//! with a growing pause when it failed, and parked, with its error, when it failed too often. Who does a job lies above.

use crate::{
    Desk, Result,
    db::{Tx, read, run},
};
use protocol::{TicketId, Timestamp};
use serde::{Deserialize, Serialize};
use sqlx::types::Json;
use std::time::Duration;
use uuid::Uuid;

/// A claim that is not settled within this was cut off, and the job is due again.
const CLAIM: Duration = Duration::from_mins(1);
/// Claimed in one go.
const BATCH: i64 = 32;
/// First pause after a failure; it doubles.
const PAUSE: Duration = Duration::from_secs(5);
const LONGEST_PAUSE: Duration = Duration::from_hours(1);
/// Failures after which a job is parked.
const TRIES: i64 = 12;

/// What there is to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(crate) enum Job {
    /// Mail the replies that a visitor without an open panel has not seen.
    MailUnseen { ticket: TicketId },
    /// Delete uploads that came onto no message.
    SweepFiles,
    /// Delete ended sessions and links.
    SweepSessions,
}

/// What becomes of a job that went well.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Next {
    Done,
    At(Timestamp),
}

impl Job {
    fn kind(self) -> &'static str {
        match self {
            Self::MailUnseen { .. } => "mail_unseen",
            Self::SweepFiles => "sweep_files",
            Self::SweepSessions => "sweep_sessions",
        }
    }

    /// The same kind and key is there once.
    fn key(self) -> String {
        match self {
            Self::MailUnseen { ticket } => ticket.to_string(),
            Self::SweepFiles | Self::SweepSessions => String::new(),
        }
    }
}

const ENQUEUE: &str = "\
    insert into jobs (id, kind, key, details, run_at, attempts, created_at) values ($1, $2, $3, $4, $5, 0, $6) \
    on conflict (kind, key) do nothing";
const CLAIM_SQLITE: &str = "\
    update jobs set claimed_until = $1, attempts = attempts + 1 \
    where id in (select id from jobs where parked_at is null and run_at <= $2 \
    and (claimed_until is null or claimed_until <= $2) order by run_at limit $3) \
    returning id, details, attempts";
const CLAIM_POSTGRES: &str = "\
    update jobs set claimed_until = $1, attempts = attempts + 1 \
    where id in (select id from jobs where parked_at is null and run_at <= $2 \
    and (claimed_until is null or claimed_until <= $2) order by run_at limit $3 for update skip locked) \
    returning id, details, attempts";
const DONE: &str = "delete from jobs where id = $1";
const AGAIN: &str =
    "update jobs set run_at = $2, claimed_until = null, attempts = $3, error = $4 where id = $1";
const PARK: &str = "update jobs set parked_at = $2, claimed_until = null, error = $3 where id = $1";
const RELEASE: &str = "update jobs set claimed_until = null where claimed_until is not null";

/// Puts a job into the same transaction as what makes it necessary. A second one with the same key does nothing.
pub(crate) async fn enqueue(tx: &mut Tx, desk: &Desk, job: Job, run_at: Timestamp) -> Result<()> {
    run!(tx, c => sqlx::query(ENQUEUE)
        .bind(desk.clock().new_id())
        .bind(job.kind())
        .bind(job.key())
        .bind(Json(job))
        .bind(run_at.0)
        .bind(desk.now().0)
        .execute(c)
        .await
        .map(|_| ()))?;
    tx.wake_worker();
    Ok(())
}

/// Frees what an earlier run claimed: a SQLite database is one server's, and that run is no more.
pub(crate) async fn release(tx: &mut Tx, desk: &Desk) -> Result<()> {
    if desk.db().is_postgres() {
        return Ok(());
    }
    run!(tx, c => sqlx::query(RELEASE).execute(c).await.map(|_| ()))
}

/// A claimed row.
pub(crate) struct Claimed {
    id: Uuid,
    attempts: i64,
    /// What there is to do; a job of a newer version is not understood, and waits for that one.
    pub(crate) job: std::result::Result<Job, serde_json::Error>,
}

/// Claims what is due.
pub(crate) async fn claim(desk: &Desk) -> Result<Vec<Claimed>> {
    let claim = if desk.db().is_postgres() { CLAIM_POSTGRES } else { CLAIM_SQLITE };
    let now = desk.now();
    // Looking first spares the one writer a transaction when there is nothing, which is nearly always.
    if !is_due(desk, now).await? {
        return Ok(Vec::new());
    }
    let mut tx = desk.begin().await?;
    let rows: Vec<(Uuid, Json<serde_json::Value>, i64)> = run!(tx, c => sqlx::query_as(claim)
        .bind((now + CLAIM).0)
        .bind(now.0)
        .bind(BATCH)
        .fetch_all(c)
        .await)?;
    desk.commit(tx).await?;
    let claimed = |(id, details, attempts): (Uuid, Json<serde_json::Value>, i64)| Claimed {
        id,
        attempts,
        job: serde_json::from_value(details.0),
    };
    Ok(rows.into_iter().map(claimed).collect())
}

const DUE: &str = "\
    select count(*) from jobs where parked_at is null and run_at <= $1 \
    and (claimed_until is null or claimed_until <= $1)";

async fn is_due(desk: &Desk, now: Timestamp) -> Result<bool> {
    let due: i64 = read!(desk.db(), c => sqlx::query_scalar(DUE).bind(now.0).fetch_one(c).await)?;
    Ok(due > 0)
}

/// Writes down what became of a claimed job; a failure is text for an operator.
pub(crate) async fn settle(
    desk: &Desk,
    claimed: Claimed,
    outcome: std::result::Result<Next, String>,
) -> Result<()> {
    let Claimed { id, attempts, .. } = claimed;
    let now = desk.now();
    let mut tx = desk.begin().await?;
    match outcome {
        Ok(Next::Done) => {
            run!(tx, c => sqlx::query(DONE).bind(id).execute(c).await.map(|_| ()))?;
        }
        Ok(Next::At(at)) => again(&mut tx, id, at, 0, None).await?,
        Err(error) if attempts >= TRIES => {
            tracing::error!(job = %id, error, "a job is parked");
            run!(tx, c => sqlx::query(PARK).bind(id).bind(now.0).bind(&error).execute(c).await.map(|_| ()))?;
        }
        Err(error) => {
            tracing::warn!(job = %id, error, "a job failed and comes again");
            again(&mut tx, id, now + pause(attempts), attempts, Some(error)).await?;
        }
    }
    desk.commit(tx).await
}

async fn again(
    tx: &mut Tx,
    id: Uuid,
    at: Timestamp,
    attempts: i64,
    error: Option<String>,
) -> Result<()> {
    run!(tx, c => sqlx::query(AGAIN)
        .bind(id)
        .bind(at.0)
        .bind(attempts)
        .bind(&error)
        .execute(c)
        .await
        .map(|_| ()))
}

fn pause(attempts: i64) -> Duration {
    let doublings = u32::try_from(attempts.clamp(1, 20) - 1).unwrap_or(0);
    PAUSE.saturating_mul(1 << doublings).min(LONGEST_PAUSE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_an_hour() {
        assert_eq!(pause(1), Duration::from_secs(5));
        assert_eq!(pause(2), Duration::from_secs(10));
        assert_eq!(pause(11), LONGEST_PAUSE);
        assert_eq!(pause(i64::MAX), LONGEST_PAUSE);
    }
}
