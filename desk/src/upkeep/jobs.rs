//! Who does which job.

use crate::{
    Desk, Result, Stop,
    mail::outbound::unseen,
    people::sessions,
    queue::{
        chain,
        jobs::{self, Job, Next},
    },
    tickets::files,
};
use std::time::Duration;

/// Looked for at least this often; a new row wakes the worker at once.
const LOOK: Duration = Duration::from_secs(1);
/// Sweeping comes again after this.
const SWEEP_EVERY: Duration = Duration::from_hours(1);

/// Does what is due, for as long as `stop` is not set.
pub(super) async fn run(desk: Desk, mut stop: Stop) {
    if let Err(error) = start(&desk).await {
        tracing::error!(%error, "regular jobs could not be planned");
    }
    loop {
        if stop.is_set() {
            return;
        }
        match tick(&desk).await {
            // There may be more.
            Ok(n) if n > 0 => continue,
            Ok(_) => {}
            Err(error) => tracing::warn!(%error, "jobs could not be claimed"),
        }
        tokio::select! {
            () = stop.wait() => return,
            () = desk.0.wake.jobs.notified() => {}
            () = tokio::time::sleep(LOOK) => {}
        }
    }
}

async fn start(desk: &Desk) -> Result<()> {
    let mut tx = desk.begin().await?;
    jobs::release(&mut tx, desk).await?;
    for job in [Job::SweepFiles, Job::SweepSessions] {
        jobs::enqueue(&mut tx, desk, job, desk.now()).await?;
    }
    desk.commit(tx).await
}

/// Claims what is due and does it; answers how many jobs that were.
pub(super) async fn tick(desk: &Desk) -> Result<usize> {
    let claimed = jobs::claim(desk).await?;
    let count = claimed.len();
    for claimed in claimed {
        let outcome = match &claimed.job {
            Ok(job) => dispatch(desk, *job).await.map_err(|error| chain(&error)),
            Err(error) => Err(error.to_string()),
        };
        jobs::settle(desk, claimed, outcome).await?;
    }
    Ok(count)
}

async fn dispatch(desk: &Desk, job: Job) -> Result<Next> {
    match job {
        Job::MailUnseen { ticket } => unseen::mail(desk, ticket).await,
        Job::SweepFiles => {
            files::sweep(desk).await?;
            Ok(Next::At(desk.now() + SWEEP_EVERY))
        }
        Job::SweepSessions => {
            sessions::sweep(desk).await?;
            Ok(Next::At(desk.now() + SWEEP_EVERY))
        }
    }
}
