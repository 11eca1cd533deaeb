//! The writer's thread: it takes what waits, batch after batch.

use super::{
    batch,
    cache::Heads,
    command::Command,
    fast_path::{self, Owed},
};
use crate::{Desk, Inner, db::rows::MOST};
use std::sync::Weak;
use tokio::sync::mpsc;

/// Starts the writer on a thread of its own: as a task among thousands it would wait its turn behind everybody whom its last
/// commit woke. The runtime that this is called from drives its connections and timers.
pub(crate) fn spawn(desk: Weak<Inner>, queue: mpsc::Receiver<Command>) -> std::io::Result<()> {
    let runtime = tokio::runtime::Handle::current();
    let write = move || runtime.block_on(run(desk, queue));
    std::thread::Builder::new().name("writer".into()).spawn(write).map(drop)
}

/// Writes batch after batch until told to finish or nobody is left to write.
async fn run(desk: Weak<Inner>, mut queue: mpsc::Receiver<Command>) {
    let mut batch = Vec::with_capacity(MOST);
    let mut heads = Heads::default();
    let mut owed: Option<Owed> = None;
    loop {
        while batch.len() < MOST
            && let Ok(command) = queue.try_recv()
        {
            batch.push(command);
        }
        if batch.is_empty() {
            // Nothing to write meanwhile: nobody waits any longer.
            owed.take().into_iter().for_each(Owed::tell);
            if queue.recv_many(&mut batch, MOST).await == 0 {
                return;
            }
        }
        let Some(inner) = desk.upgrade() else { return };
        let finish = batch.iter().position(|command| matches!(command, Command::Finish(_)));
        let rest = finish.map(|at| batch.split_off(at));
        if !batch.is_empty() {
            write(&Desk(inner), &mut heads, std::mem::take(&mut batch), &mut owed).await;
        }
        if let Some(rest) = rest {
            queue.close();
            owed.take().into_iter().for_each(Owed::tell);
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
async fn write(desk: &Desk, heads: &mut Heads, batch: Vec<Command>, owed: &mut Option<Owed>) {
    let now = desk.now();
    match fast_path::write(desk, heads, batch, owed, now).await {
        Ok(next) => *owed = Some(next),
        Err(batch) => {
            owed.take().into_iter().for_each(Owed::tell);
            batch::write(desk, heads, batch, now).await;
        }
    }
}
