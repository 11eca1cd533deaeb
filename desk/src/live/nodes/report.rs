//! The processes that serve a database, for those who operate it.

use super::NodeId;
use crate::{
    Desk, Result,
    db::{postgres_now, read, statement},
};
use std::time::Duration;
use uuid::Uuid;

/// A process that serves the database, as its rows say by the database's clock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NodeReport {
    pub id: NodeId,
    /// What its machine calls itself.
    pub name: String,
    pub version: String,
    /// Since its last sign.
    pub silent_for: Duration,
    /// It went away in good order.
    pub has_stopped: bool,
    /// It keeps the desk, for so long if it does not say so again.
    pub keeps_for: Option<Duration>,
}

statement!(NODES for Postgres = concat!("
    select n.id, n.name, n.version, t.now - n.seen_at as silent, n.stopped_at is not null as has_stopped, k.until - t.now as keeps
    from (select ", postgres_now!(), " as now) t
    cross join nodes n
    left join keeper k on k.node_id = n.id and k.until > t.now
    order by n.name, n.started_at"));

#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    name: String,
    version: String,
    silent: i64,
    has_stopped: bool,
    keeps: Option<i64>,
}

impl Desk {
    /// The processes that serve this database or did so in the last hour; none with SQLite.
    pub async fn nodes(&self) -> Result<Vec<NodeReport>> {
        if !self.db().is_postgres() {
            return Ok(Vec::new());
        }
        let rows: Vec<Row> = read!(self.db(), c => sqlx::query_as(NODES).fetch_all(c).await)?;
        let span = |milliseconds: i64| Duration::from_millis(milliseconds.try_into().unwrap_or(0));
        let report = |row: Row| NodeReport {
            id: NodeId(row.id),
            name: row.name,
            version: row.version,
            silent_for: span(row.silent),
            has_stopped: row.has_stopped,
            keeps_for: row.keeps.map(span),
        };
        Ok(rows.into_iter().map(report).collect())
    }

    /// A process that gave no sign for so long is gone.
    pub fn node_lease(&self) -> Duration {
        self.0.nodes.lease()
    }
}
