//! The usual batch on SQLite, in one go: nothing but messages into chats that are cached.
//!
//! A transaction statement by statement is eight changes of thread, which on a busy machine are most of its time. Here
//! nothing depends on what a statement answers. A cached ticket that is out of date is found out by the insert: its
//! next place is taken, because entries are gap-free and never deleted while their ticket exists, so that the insert
//! fails and with it the whole script.

use super::{
    cache::TicketCache,
    command::{Command, Done, Post, answer},
    entries::bind_entries,
    messages::{self, Plan, UPDATE, bind_targets},
};
use crate::{
    Desk,
    db::{Db, MAX_ROWS, rows},
    tickets::entries,
};
use protocol::Timestamp;
use std::collections::HashMap;

// What is not bound is null: a size larger than the batch is filled with rows that are left out.
rows!(
    ADD for Sqlite =
        "insert into entries (ticket_id, seq, id, at, kind, agent_id, body) select * from (values ",
    "?, ?, ?, ?, ?, ?, ?",
    ") where column1 is not null"
);

/// A batch that is committed, and whose senders are not answered yet: that happens while the next batch is being
/// written.
pub(super) struct CommittedBatch {
    desk: Desk,
    batch: Vec<Command>,
    done: Vec<Done>,
    plan: Plan,
    now: Timestamp,
}

impl CommittedBatch {
    /// The hub first, then the senders.
    pub(super) fn publish(self) {
        for (ticket, target) in &self.plan.targets {
            self.desk.publish(target.row_changed(*ticket, self.now));
        }
        for (ticket, entry) in self.plan.entries {
            self.desk.publish(entries::event(ticket, entry));
        }
        self.batch.into_iter().zip(self.done).for_each(answer);
    }
}

/// Writes the batch, if it is of this kind, and meanwhile publishes the batch before. An error gives the batch back:
/// nothing was written.
pub(super) async fn write(
    desk: &Desk,
    cache: &mut TicketCache,
    batch: Vec<Command>,
    committed: &mut Option<CommittedBatch>,
    now: Timestamp,
) -> std::result::Result<CommittedBatch, Vec<Command>> {
    let Db::Sqlite { write, .. } = desk.db() else { return Err(batch) };
    if desk.0.storage.find_fault().is_some() {
        return Err(batch);
    }
    let Some((plan, done)) = plan(desk, cache, &batch, now) else { return Err(batch) };
    let targets: Vec<_> = plan.targets.iter().collect();
    let (update, size) = UPDATE.sqlite_text(targets.len());
    let (add, _) = ADD.sqlite_text(plan.entries.len());
    let text = format!("begin immediate; {update}; {add}; commit");
    let bodies = entries::stored_all(&plan.entries);
    let query = sqlx::query(sqlx::AssertSqlSafe(text));
    let query = bind_targets!(query, &targets, size, now);
    let query = bind_entries!(query, &bodies);
    let execute = async {
        let mut connection = write.acquire().await?;
        if let Err(error) = query.execute(&mut *connection).await {
            // There is nothing to roll back where the beginning failed.
            let _ = sqlx::query("rollback").execute(&mut *connection).await;
            return Err(error);
        }
        sqlx::Result::Ok(())
    };
    // Also while somebody else's transaction has the connection.
    let publish = async { committed.take().into_iter().for_each(CommittedBatch::publish) };
    let (written, ()) = tokio::join!(biased; execute, publish);
    if let Err(error) = written {
        tracing::debug!(%error, "a batch is written step by step");
        cache.clear();
        return Err(batch);
    }
    cache.begin();
    for (ticket, target) in &plan.targets {
        cache.stage(*ticket, target.after);
    }
    cache.commit();
    Ok(CommittedBatch { desk: desk.clone(), batch, done, plan, now })
}

/// The plan of a batch that is nothing but messages into chats that are in the cache.
fn plan(
    desk: &Desk,
    cache: &TicketCache,
    batch: &[Command],
    now: Timestamp,
) -> Option<(Plan, Vec<Done>)> {
    let posts: Option<Vec<(usize, &Post)>> = batch
        .iter()
        .enumerate()
        .map(|(n, command)| match command {
            Command::Post(post, _) if cache.find(post.ticket).is_some() => Some((n, post)),
            _ => None,
        })
        .collect();
    let mut done: Vec<Option<Done>> = batch.iter().map(|_| None).collect();
    let check = |on: &_| desk.check_writable(on);
    let plan = messages::plan(&posts?, cache, &HashMap::new(), &mut done, check, now);
    if !(1..=MAX_ROWS).contains(&plan.entries.len()) {
        return None;
    }
    Some((plan, done.into_iter().collect::<Option<_>>()?))
}
