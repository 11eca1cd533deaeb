//! The writer's thread: it takes what waits, batch after batch.

use super::{
    batch,
    cache::TicketCache,
    command::Command,
    fast_path::{self, CommittedBatch},
};
use crate::{Desk, Inner, db::MAX_ROWS};
use futures_util::FutureExt;
use std::{panic::AssertUnwindSafe, sync::Weak};
use tokio::sync::mpsc;

/// Starts the writer on a thread of its own: as a task among thousands it would wait its turn behind everybody whom its
/// last commit woke. The runtime that this is called from drives its connections and timers.
pub(crate) fn spawn(desk: Weak<Inner>, queue: mpsc::Receiver<Command>) -> std::io::Result<()> {
    let runtime = tokio::runtime::Handle::current();
    let write = move || runtime.block_on(run_again(desk, queue));
    std::thread::Builder::new().name("writer".into()).spawn(write).map(drop)
}

/// Runs; after a panic it goes on with what is queued and an empty cache. Whoever was in the batch is told to try
/// again.
async fn run_again(desk: Weak<Inner>, mut queue: mpsc::Receiver<Command>) {
    while AssertUnwindSafe(run(&desk, &mut queue)).catch_unwind().await.is_err() {
        let Some(inner) = desk.upgrade() else { return };
        inner.faults.note("writer");
    }
}

/// Writes batch after batch, until `Finish` or until all senders are gone.
async fn run(desk: &Weak<Inner>, queue: &mut mpsc::Receiver<Command>) {
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
        #[cfg(test)]
        assert!(!batch.iter().any(|command| matches!(command, Command::Panic)), "a fault");
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
    cache.forget(&desk.0.writer.elsewhere);
    match fast_path::write(desk, cache, batch, committed, now).await {
        Ok(next) => *committed = Some(next),
        Err(batch) => {
            committed.take().into_iter().for_each(CommittedBatch::publish);
            batch::write(desk, cache, batch, now).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::{
        NotReady,
        world::{World, on_both},
    };

    on_both! {
        a_writer_that_panics_goes_on_and_nothing_acknowledged_is_lost,
    }

    async fn a_writer_that_panics_goes_on_and_nothing_acknowledged_is_lost(world: World) {
        let site = world.site("uno").await;
        let (agent, _console) = world.at_console("lucia").await;
        let visitor = world.chat_with(&site, &agent).await;
        world.visitor_posts(visitor, "Antes").await;
        world.desk.ready().await.unwrap();
        world.desk.0.writer.panic().await;
        // It may have been in the same batch.
        let id = world.new_id();
        let mut answer = world.desk.post_visitor_message(visitor, id, "Después", &[]).await;
        if answer.is_err() {
            answer = world.desk.post_visitor_message(visitor, id, "Después", &[]).await;
        }
        answer.unwrap();
        assert!(matches!(world.desk.ready().await, Err(NotReady::Panicked("writer"))));
        assert_eq!(world.count("select count(*) from entries where kind = 'visitor'").await, 3);
    }
}
