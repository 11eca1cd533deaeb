//! Writing transactions.

use super::{
    answer::{BEGIN, in_time},
    effects::{Count, Effects, Event},
    mark::Mark,
    pool::Db,
    storage::Storage,
};
use crate::Result;
use protocol::{AgentId, EntryId, SiteId};
use sqlx::{Postgres, Sqlite, SqlitePool, Transaction};
use std::sync::Arc;

/// A writing transaction and what is to happen once it is committed.
pub(crate) struct Tx {
    pub(crate) conn: Conn,
    pub(super) effects: Effects,
    /// How it is known again on PostgreSQL: by an entry that it has added, if any.
    pub(super) mark: Option<Mark>,
    pub(crate) storage: Arc<Storage>,
}

pub(crate) enum Conn {
    Sqlite(Transaction<'static, Sqlite>),
    Postgres(Transaction<'static, Postgres>),
}

/// Reads or writes inside a transaction: `run!(tx, c => …)`.
macro_rules! run {
    ($tx:expr, $c:ident => $body:expr) => {
        match &mut $tx.conn {
            $crate::db::Conn::Sqlite(transaction) => {
                let $c = &mut **transaction;
                $body
            }
            $crate::db::Conn::Postgres(transaction) => {
                let $c = &mut **transaction;
                $crate::db::in_time(async { $body }).await
            }
        }
        .map_err(|error| $tx.storage.note(error))
    };
}

pub(crate) use run;

impl Db {
    /// Begins a transaction that may write at once.
    ///
    /// # Errors
    /// `StorageFull` and `StorageFailed` while the storage takes nothing.
    pub(crate) async fn begin(&self, storage: &Arc<Storage>) -> Result<Tx> {
        match storage.find_fault() {
            Some(fault) => Err(fault.error()),
            None => self.begin_anyway(storage).await,
        }
    }

    /// The same whatever is known of the storage.
    pub(super) async fn begin_anyway(&self, storage: &Arc<Storage>) -> Result<Tx> {
        let begun = match self {
            Self::Sqlite { write, .. } => begin_sqlite(write).await.map(Conn::Sqlite),
            Self::Postgres(pool) => in_time(pool.begin_with(BEGIN)).await.map(Conn::Postgres),
        };
        let conn = begun.map_err(|error| storage.note(error))?;
        Ok(Tx { conn, effects: Effects::default(), mark: None, storage: storage.clone() })
    }
}

/// A full disk or a failed write makes SQLite roll back by itself, which sqlx does not hear of: its connection then
/// believes to be inside a transaction for ever, and is replaced by a new one.
async fn begin_sqlite(write: &SqlitePool) -> sqlx::Result<Transaction<'static, Sqlite>> {
    const BEGIN: &str = "begin immediate";
    match write.begin_with(BEGIN).await {
        Err(sqlx::Error::InvalidSavePointStatement | sqlx::Error::BeginFailed) => {
            write.acquire().await?.close().await?;
            write.begin_with(BEGIN).await
        }
        begun => begun,
    }
}

impl Tx {
    /// For the hub, once committed.
    pub(crate) fn publish(&mut self, event: Event) {
        self.effects.events.push(event);
    }

    /// What it sets off once it is committed.
    pub(crate) fn effects(&self) -> &Effects {
        &self.effects
    }

    /// Changes what is counted in memory, once committed.
    pub(crate) fn count(&mut self, count: Count) {
        self.effects.counts.push(count);
    }

    /// Whether it changes what is counted in memory.
    pub(crate) fn has_counts(&self) -> bool {
        !self.effects.counts.is_empty()
    }

    /// Says that the agent has a chat no longer, once committed.
    pub(crate) fn free(&mut self, agent: AgentId) {
        self.effects.freed.push(agent);
    }

    /// Looks for somebody to offer the site's waiting chats to, once committed.
    pub(crate) fn offer(&mut self, site: SiteId) {
        self.effects.offers.push(site);
    }

    /// Wakes the workers of jobs and mail, once committed.
    pub(crate) fn wake_worker(&mut self) {
        self.effects.wake_worker = true;
    }

    /// Notes an entry that it has added: on PostgreSQL the position is the transaction's number, which spares asking
    /// for it.
    pub(crate) fn has_added(&mut self, id: EntryId, position: i64) {
        self.mark = Some(Mark::Entry { position, id });
    }
}
