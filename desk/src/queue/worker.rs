//! The loop that works on what is due.

use super::{
    claim::{Taken, claim, resume_after_restart},
    failure::without_addresses,
    lease::Claimed,
    outcome::Outcome,
    settle::settle,
    slots::Slot,
    work::Work,
};
use crate::{Desk, Result, Stop};
use std::{
    collections::HashMap,
    future::{pending, poll_fn},
    iter,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::pin,
    task::Poll,
    time::{Duration, Instant},
};
use tokio::task::{self, JoinError, JoinSet};

/// Looked for at least this often; a new row wakes the worker at once.
const LOOKS_EVERY: Duration = Duration::from_secs(1);
/// When told to stop, attempts under way have this long to end.
const FINISH: Duration = Duration::from_secs(5);

/// Works on what is due, for as long as `stop` is not set: rows go side by side, and a slow one holds up no other.
pub(crate) async fn run<W: Work>(desk: Desk, mut stop: Stop) {
    let table = W::TABLE.name;
    if let Err(error) = resume_after_restart::<W>(&desk).await {
        tracing::warn!(table, %error, "what an earlier run left could not be taken over");
    }
    let mut attempts = Attempts::default();
    while !stop.is_set() {
        attempts.forget_ended();
        match claim::<W>(&desk, attempts.slots()).await {
            Ok(rows) => attempts.begin::<W>(&desk, rows),
            Err(error) => tracing::warn!(table, %error, "nothing could be claimed"),
        }
        tokio::select! {
            () = stop.wait() => break,
            () = W::wakeup(&desk.0.wakeups).notified() => {}
            () = attempts.one_ends() => {}
            () = tokio::time::sleep(LOOKS_EVERY) => {}
        }
    }
    if tokio::time::timeout(FINISH, attempts.all_end()).await.is_err() {
        tracing::warn!(table, "attempts under way are left to the next start");
    }
}

/// Works on everything that is due now; answers how many attempts that were.
pub(crate) async fn tick<W: Work>(desk: &Desk) -> Result<usize> {
    let mut number = 0;
    loop {
        let rows = claim::<W>(desk, iter::empty()).await?;
        if rows.is_empty() {
            return Ok(number);
        }
        number += rows.len();
        let mut attempts = Attempts::default();
        attempts.begin::<W>(desk, rows);
        attempts.all_end().await;
    }
}

/// Attempts under way, each with its slot and its beginning.
#[derive(Default)]
struct Attempts {
    tasks: JoinSet<()>,
    slots: HashMap<task::Id, (Slot, Instant)>,
}

impl Attempts {
    fn begin<W: Work>(&mut self, desk: &Desk, rows: Vec<Taken<W::Row>>) {
        for (slot, row) in rows {
            let task = self.tasks.spawn(work_on::<W>(desk.clone(), row)).id();
            self.slots.insert(task, (slot, Instant::now()));
        }
    }

    fn slots(&self) -> impl Iterator<Item = (&Slot, Duration)> {
        self.slots.values().map(|(slot, since)| (slot, since.elapsed()))
    }

    fn forget_ended(&mut self) {
        while let Some(ended) = self.tasks.try_join_next_with_id() {
            self.forget(ended);
        }
    }

    /// Comes when an attempt ends; never where none is under way.
    async fn one_ends(&mut self) {
        match self.tasks.join_next_with_id().await {
            Some(ended) => self.forget(ended),
            None => pending().await,
        }
    }

    async fn all_end(&mut self) {
        while let Some(ended) = self.tasks.join_next_with_id().await {
            self.forget(ended);
        }
    }

    fn forget(&mut self, ended: std::result::Result<(task::Id, ()), JoinError>) {
        self.slots.remove(&ended.map_or_else(|error| error.id(), |(id, ())| id));
    }
}

/// One attempt and what became of it. When that cannot be written down the row stays claimed, and is due again when the
/// claim lapses.
async fn work_on<W: Work>(desk: Desk, claimed: Claimed<W::Row>) {
    let (table, id) = (W::TABLE.name, claimed.lease.id);
    let outcome = attempt::<W>(&desk, &claimed).await;
    if let Outcome::Failed(why) | Outcome::Retry(_, why) = &outcome {
        let why = without_addresses(why);
        tracing::warn!(table, %id, attempts = claimed.lease.attempts, why, "an attempt failed");
    }
    match settle::<W>(&desk, &claimed, &outcome).await {
        Ok(true) => W::is_written_down(&desk, claimed.lease),
        Ok(false) => tracing::debug!(table, %id, "a row was not ours any more"),
        Err(error) => tracing::warn!(table, %id, %error, "an outcome could not be written down"),
    }
}

/// One attempt. One that panics has failed; a row whose attempts never came to an end, because the process did, is
/// parked after as many of them as of any others.
async fn attempt<W: Work>(desk: &Desk, claimed: &Claimed<W::Row>) -> Outcome {
    if claimed.lease.attempts > W::BACKOFF.attempts {
        return Outcome::Parked("it was tried too often".to_owned());
    }
    let mut attempt = pin!(W::attempt(desk, claimed.lease, &claimed.row));
    poll_fn(|context| {
        let polled = catch_unwind(AssertUnwindSafe(|| attempt.as_mut().poll(context)));
        // The panic's own words are on standard error: they may hold what people wrote.
        polled.unwrap_or_else(|_| Poll::Ready(Outcome::Failed("the attempt panicked".to_owned())))
    })
    .await
}
