//! The usual batch on SQLite, in one go: nothing but messages into chats that are known.
//!
//! A transaction statement by statement is eight changes of thread, which on a busy machine are most of its time. Here
//! nothing depends on what a statement answers. A head that is out of date needs no look at it: the place it leads to is
//! taken, for entries are gap-free and never deleted while their ticket is there, so that the insert fails and with it all
//! of it.

use super::{
    cache::Heads,
    command::{Command, Done, Say, answer},
    entries::{bind_entries, tell_entry},
    messages::{self, Plan, UPDATE, bind_targets},
};
use crate::{
    Desk,
    db::{
        Db,
        rows::{MOST, Rows},
    },
    tickets::entries,
};
use protocol::Timestamp;
use std::collections::HashMap;

// What is not bound is null: a size larger than the batch is filled with rows that are left out.
static ADD: Rows = Rows::new(
    "insert into entries (ticket_id, seq, id, at, kind, agent_id, body) select * from (values ",
    "?, ?, ?, ?, ?, ?, ?",
    ") where column1 is not null",
);

/// A batch that is committed and whose senders do not know it yet. They are told while the next batch is being written.
pub(super) struct Owed {
    desk: Desk,
    batch: Vec<Command>,
    done: Vec<Done>,
    plan: Plan,
    now: Timestamp,
}

impl Owed {
    /// The hub first, then the senders.
    pub(super) fn tell(self) {
        let hub = &self.desk.0.hub;
        for (ticket, target) in &self.plan.targets {
            hub.publish(target.row_changed(*ticket, self.now));
        }
        for (ticket, entry) in self.plan.entries {
            hub.publish(tell_entry(ticket, entry));
        }
        self.batch.into_iter().zip(self.done).for_each(answer);
    }
}

/// Writes the batch, if it is of this kind and nothing stands in its way, and meanwhile tells whom the batch before owes
/// something. The batch back: nothing was written.
pub(super) async fn write(
    desk: &Desk,
    heads: &mut Heads,
    batch: Vec<Command>,
    owed: &mut Option<Owed>,
    now: Timestamp,
) -> std::result::Result<Owed, Vec<Command>> {
    let Db::Sqlite { write, .. } = desk.db() else { return Err(batch) };
    let Some((plan, done)) = plan(heads, &batch, now) else { return Err(batch) };
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
    let tell = async { owed.take().into_iter().for_each(Owed::tell) };
    let (written, ()) = tokio::join!(biased; execute, tell);
    if let Err(error) = written {
        tracing::debug!(%error, "a batch is written step by step");
        heads.forget();
        return Err(batch);
    }
    heads.begin();
    for (ticket, target) in &plan.targets {
        heads.will_be(*ticket, target.after);
    }
    heads.committed();
    Ok(Owed { desk: desk.clone(), batch, done, plan, now })
}

/// What the batch comes to, if it is nothing but messages into chats that are known.
fn plan(heads: &Heads, batch: &[Command], now: Timestamp) -> Option<(Plan, Vec<Done>)> {
    let says: Option<Vec<(usize, &Say)>> = batch
        .iter()
        .enumerate()
        .map(|(n, command)| match command {
            Command::Say(say, _) if heads.find(say.ticket).is_some() => Some((n, say)),
            _ => None,
        })
        .collect();
    let mut done: Vec<Option<Done>> = batch.iter().map(|_| None).collect();
    let plan = messages::plan(&says?, heads, &HashMap::new(), &mut done, now);
    if !(1..=MOST).contains(&plan.entries.len()) {
        return None;
    }
    Some((plan, done.into_iter().collect::<Option<_>>()?))
}
