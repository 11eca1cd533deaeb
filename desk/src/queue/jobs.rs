//! What must happen, kept as rows: written in the transaction of what caused it, done at least once, safe to do twice.
//!
//! A row holds ids only. It is claimed for a while (several processes may share the database), deleted when done, put back
//! with a growing pause when it failed, and parked, with its error, when it failed too often.

use crate::{
    Desk, Result,
    db::{Tx, run},
    mail,
    people::sessions,
    tickets::files,
};
use protocol::{TicketId, Timestamp};
use serde::{Deserialize, Serialize};
use sqlx::types::Json;
use std::time::Duration;
use tokio::sync::{Notify, watch};
use uuid::Uuid;

/// A claim that is not settled within this was cut off, and the job is due again.
const CLAIM: Duration = Duration::from_mins(1);
/// Claimed in one go.
const BATCH: i64 = 32;
/// Looked for at least this often; a new row wakes the worker at once.
const LOOK: Duration = Duration::from_secs(1);
/// First pause after a failure; it doubles.
const PAUSE: Duration = Duration::from_secs(5);
const LONGEST_PAUSE: Duration = Duration::from_hours(1);
/// Failures after which a job is parked.
const TRIES: i64 = 12;
/// Sweeping comes again after this.
const SWEEP_EVERY: Duration = Duration::from_hours(1);

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

    async fn run(self, desk: &Desk) -> Result<Next> {
        match self {
            Self::MailUnseen { ticket } => mail::outbound::unseen::mail(desk, ticket).await,
            Self::SweepFiles => {
                files::sweep(desk).await?;
                Ok(Next::At(desk.now() + SWEEP_EVERY))
            }
            Self::SweepSessions => {
                sessions::sweep(desk).await?;
                Ok(Next::At(desk.now() + SWEEP_EVERY))
            }
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

/// Wakes the workers when there is a new row.
#[derive(Default)]
pub(crate) struct Wake {
    pub(crate) jobs: Notify,
    pub(crate) mail: Notify,
}

impl Desk {
    /// There may be something to do.
    pub(crate) fn wake_worker(&self) {
        self.0.wake.jobs.notify_one();
        self.0.wake.mail.notify_one();
    }
}

/// Does what is due, for as long as `stop` is not set.
pub(crate) async fn run(desk: Desk, mut stop: watch::Receiver<bool>) {
    if let Err(error) = start(&desk).await {
        tracing::error!(%error, "regular jobs could not be planned");
    }
    loop {
        if *stop.borrow() {
            return;
        }
        match tick(&desk).await {
            // There may be more.
            Ok(n) if n > 0 => continue,
            Ok(_) => {}
            Err(error) => tracing::warn!(%error, "jobs could not be claimed"),
        }
        tokio::select! {
            () = async { let _ = stop.wait_for(|stopped| *stopped).await; } => return,
            () = desk.0.wake.jobs.notified() => {}
            () = tokio::time::sleep(LOOK) => {}
        }
    }
}

async fn start(desk: &Desk) -> Result<()> {
    let mut tx = desk.begin().await?;
    // A SQLite database is one server's: whatever is claimed was claimed by one that is no more.
    if !desk.db().is_postgres() {
        run!(tx, c => sqlx::query(RELEASE).execute(c).await.map(|_| ()))?;
    }
    for job in [Job::SweepFiles, Job::SweepSessions] {
        enqueue(&mut tx, desk, job, desk.now()).await?;
    }
    desk.commit(tx).await
}

/// Claims what is due and does it; answers how many jobs that were.
pub(crate) async fn tick(desk: &Desk) -> Result<usize> {
    let claim = if desk.db().is_postgres() { CLAIM_POSTGRES } else { CLAIM_SQLITE };
    let now = desk.now();
    // Looking first spares the one writer a transaction when there is nothing, which is nearly always.
    if !is_due(desk, now).await? {
        return Ok(0);
    }
    let mut tx = desk.begin().await?;
    let claimed: Vec<(Uuid, Json<serde_json::Value>, i64)> = run!(tx, c => sqlx::query_as(claim)
        .bind((now + CLAIM).0)
        .bind(now.0)
        .bind(BATCH)
        .fetch_all(c)
        .await)?;
    desk.commit(tx).await?;
    let count = claimed.len();
    for (id, details, attempts) in claimed {
        let outcome = match serde_json::from_value::<Job>(details.0) {
            Ok(job) => job.run(desk).await.map_err(|error| chain(&error)),
            // Of a newer version: it waits for that one.
            Err(error) => Err(error.to_string()),
        };
        settle(desk, id, attempts, outcome).await?;
    }
    Ok(count)
}

const DUE: &str = "\
    select count(*) from jobs where parked_at is null and run_at <= $1 \
    and (claimed_until is null or claimed_until <= $1)";

async fn is_due(desk: &Desk, now: Timestamp) -> Result<bool> {
    let due: i64 =
        crate::db::read!(desk.db(), c => sqlx::query_scalar(DUE).bind(now.0).fetch_one(c).await)?;
    Ok(due > 0)
}

async fn settle(
    desk: &Desk,
    id: Uuid,
    attempts: i64,
    outcome: std::result::Result<Next, String>,
) -> Result<()> {
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

/// An error with its causes in one line, for a row that an operator reads.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
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
