//! The writer's thread: it takes what waits, batch after batch.

use super::{
    batch,
    cache::TicketCache,
    command::Command,
    fast_path::{self, CommittedBatch},
};
use crate::{Desk, Inner, db::MAX_ROWS};
use std::sync::Weak;
use tokio::sync::mpsc;

/// Starts the writer on a thread of its own: as a task among thousands it would wait its turn behind everybody whom its last
/// commit woke. The runtime that this is called from drives its connections and timers.
pub(crate) fn spawn(desk: Weak<Inner>, queue: mpsc::Receiver<Command>) -> std::io::Result<()> {
    let runtime = tokio::runtime::Handle::current();
    let write = move || runtime.block_on(run(desk, queue));
    std::thread::Builder::new().name("writer".into()).spawn(write).map(drop)
}

/// Writes batch after batch, until `Finish` or until all senders are gone.
async fn run(desk: Weak<Inner>, mut queue: mpsc::Receiver<Command>) {
    let mut batch = Vec::with_capacity(MAX_ROWS);
    let mut cache = TicketCache::default();
    let mut committed: Option<CommittedBatch> = None;
    loop {
        while batch.len() < MAX_ROWS
            && let Ok(command) = queue.try_recv()
        {
            batch.push(command);
        }
        if batch.is_empty() {
            // Nothing to write meanwhile: nobody waits any longer.
            committed.take().into_iter().for_each(CommittedBatch::publish);
            if queue.recv_many(&mut batch, MAX_ROWS).await == 0 {
                return;
            }
        }
        let Some(inner) = desk.upgrade() else { return };
        let finish = batch.iter().position(|command| matches!(command, Command::Finish(_)));
        let rest = finish.map(|at| batch.split_off(at));
        if !batch.is_empty() {
            write(&Desk(inner), &mut cache, std::mem::take(&mut batch), &mut committed).await;
        }
        if let Some(rest) = rest {
            queue.close();
            committed.take().into_iter().for_each(CommittedBatch::publish);
            for command in rest {
                if let Command::Finish(answer) = command {
                    _ = answer.send(());
                }
            }
            return;
        }
    }
}

/// Writes a batch and answers everybody in it, or leaves that to the next.
async fn write(
    desk: &Desk,
    cache: &mut TicketCache,
    batch: Vec<Command>,
    committed: &mut Option<CommittedBatch>,
) {
    let now = desk.now();
    match fast_path::write(desk, cache, batch, committed, now).await {
        Ok(next) => *committed = Some(next),
        Err(batch) => {
            committed.take().into_iter().for_each(CommittedBatch::publish);
            batch::write(desk, cache, batch, now).await;
        }
    }
}
