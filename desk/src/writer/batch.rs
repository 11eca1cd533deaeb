//! Any batch, statement by statement, in one transaction.

use super::{
    cache::TicketCache,
    command::{Command, Done, answer, refuse},
    entries::add_entries,
    locks, messages, read_marks, starts,
};
use crate::{
    Desk, Result,
    db::{Tx, in_time_of, retry},
};
use protocol::Timestamp;
use std::{sync::Arc, time::Duration};

/// Writes a batch and answers everybody in it.
pub(super) async fn write(
    desk: &Desk,
    cache: &mut TicketCache,
    batch: Vec<Command>,
    now: Timestamp,
) {
    let mut outcome = transaction(desk, cache, &batch, now).await;
    if outcome.is_err() {
        cache.clear();
    }
    if outcome.is_err() && desk.0.storage.find_fault().is_none() {
        outcome = retry!({ transaction(desk, cache, &batch, now).await });
    }
    match outcome {
        Ok(done) => batch.into_iter().zip(done).for_each(answer),
        Err(error) if desk.0.storage.find_fault().is_some() => refuse(batch, &Arc::new(error)),
        // One of them may be to blame: each on its own, and the others do not suffer.
        Err(error) if batch.len() > 1 && !error.is_transient() && !error.is_silence() => {
            tracing::warn!(%error, commands = batch.len(), "a batch failed and is written one by one");
            for command in batch {
                let alone = vec![command];
                match retry!({ transaction(desk, cache, &alone, now).await }) {
                    Ok(done) => alone.into_iter().zip(done).for_each(answer),
                    Err(error) => refuse(alone, &Arc::new(error)),
                }
            }
        }
        Err(error) => refuse(batch, &Arc::new(error)),
    }
}

/// A PostgreSQL that has not taken a batch within this never will: a connection whose other end has lost its power says
/// nothing.
const TAKEN_WITHIN: Duration = Duration::from_secs(10);

/// One transaction for all of them.
async fn transaction(
    desk: &Desk,
    cache: &mut TicketCache,
    batch: &[Command],
    now: Timestamp,
) -> Result<Vec<Done>> {
    cache.begin();
    let stated = state(desk, cache, batch, now);
    let (tx, done) = if desk.db().is_postgres() {
        in_time_of(TAKEN_WITHIN, stated).await?
    } else {
        stated.await?
    };
    // The writer's thread is never cut off.
    desk.commit_here(tx).await?;
    cache.commit();
    Ok(done)
}

/// All of it but the commit.
async fn state(
    desk: &Desk,
    cache: &mut TicketCache,
    batch: &[Command],
    now: Timestamp,
) -> Result<(Tx, Vec<Done>)> {
    let mut tx = desk.begin().await?;
    let mut done: Vec<Option<Done>> = batch.iter().map(|_| None).collect();
    let mut entries = Vec::with_capacity(batch.len());
    starts::write(&mut tx, desk, batch, &mut done, &mut entries, now).await?;
    locks::lock(&mut tx, desk, batch, cache).await?;
    messages::write(&mut tx, desk, batch, &mut done, &mut entries, cache, now).await?;
    add_entries(&mut tx, entries).await?;
    read_marks::write(&mut tx, batch, &mut done, cache).await?;
    let done = done.into_iter().map(|done| done.expect("every command was dealt with"));
    Ok((tx, done.collect()))
}
