//! Who does which job.

use crate::{
    Desk, Result, Stop,
    db::{Tx, retry},
    mail::outbound::unseen,
    people::sessions,
    queue::{
        self, Backoff, Lease, Outcome, Room, Slots, Table, Wakeups, Work, chain,
        jobs::{self, Job, JobRow},
    },
    tickets::files,
};
use std::time::Duration;
use tokio::sync::Notify;

/// Longer than any job takes that is not harmless to do twice.
const LEASE: Duration = Duration::from_mins(1);
/// Sweeping comes again after this.
const SWEEP_EVERY: Duration = Duration::from_hours(1);

/// The table of jobs.
pub(super) struct Jobs;

impl Work for Jobs {
    type Row = JobRow;

    const TABLE: Table = jobs::TABLE;
    /// They wait for the database, and those that delete files for a bucket, too: one that hangs makes room, and those
    /// of one kind never take all of it.
    const SLOTS: Slots = {
        let room = Room { all: 8, lane: 4 };
        Slots { quick: Room { all: 4, lane: 4 }, all: room, tried: room }
    };
    const BACKOFF: Backoff =
        Backoff { first: Duration::from_secs(5), longest: Duration::from_hours(1), attempts: 12 };

    fn wakeup(wakeups: &Wakeups) -> &Notify {
        &wakeups.jobs
    }

    fn lease(_desk: &Desk) -> Duration {
        LEASE
    }

    async fn attempt(desk: &Desk, lease: Lease, row: &JobRow) -> Outcome {
        match row.job() {
            Ok(job) => {
                let outcome = dispatch(desk, lease, job).await;
                outcome.unwrap_or_else(|error| Outcome::Failed(chain(&error)))
            }
            Err(error) => Outcome::Failed(error.to_string()),
        }
    }

    async fn done(tx: &mut Tx, _desk: &Desk, lease: Lease) -> Result<bool> {
        jobs::done(tx, lease).await
    }
}

async fn dispatch(desk: &Desk, lease: Lease, job: Job) -> Result<Outcome> {
    match job {
        Job::MailUnseen { ticket } => unseen::mail(desk, lease, ticket).await,
        Job::DeleteFiles { names } => {
            files::delete(desk, &names).await?;
            Ok(Outcome::Done)
        }
        Job::SweepFiles => {
            files::sweep(desk).await?;
            Ok(Outcome::Again(desk.due_now() + SWEEP_EVERY))
        }
        Job::SweepSessions => {
            sessions::sweep(desk).await?;
            Ok(Outcome::Again(desk.due_now() + SWEEP_EVERY))
        }
        Job::SweepNodes => {
            desk.forget_nodes().await?;
            Ok(Outcome::Again(desk.due_now() + SWEEP_EVERY))
        }
    }
}

/// Does what is due, for as long as `stop` is not set.
pub(super) async fn run(desk: Desk, stop: Stop) {
    if let Err(error) = plan(&desk).await {
        tracing::error!(%error, "regular jobs could not be planned");
    }
    queue::run::<Jobs>(desk, stop).await;
}

/// Plans the jobs that come again and again.
async fn plan(desk: &Desk) -> Result<()> {
    let now = desk.due_now();
    // With SQLite there are no others.
    let of_nodes = desk.db().is_postgres().then_some(Job::SweepNodes);
    retry!({
        let mut tx = desk.begin().await?;
        for job in [Job::SweepFiles, Job::SweepSessions].iter().chain(&of_nodes) {
            jobs::enqueue(&mut tx, desk, job.clone(), now).await?;
        }
        desk.commit(tx).await
    })
}
