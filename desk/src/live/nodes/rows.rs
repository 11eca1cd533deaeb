//! The rows of `nodes` and `consoles`. Every instant in them is the database's.

use super::{
    NodeId,
    elsewhere::{Console, Node, Reading},
};
use crate::{
    Desk, Result,
    db::{MAX_ROWS, Rows, Tx, postgres_now, read, rows, run, statement},
};
use protocol::{AgentId, Timestamp};
use std::time::Duration;
use uuid::Uuid;

/// A process that is gone is forgotten after this, with its consoles.
const KEPT: Duration = Duration::from_hours(1);

statement!(SIGN for Postgres = concat!("
    insert into nodes (id, name, version, started_at, seen_at)
    select $1::uuid, $2::text, $3::text, t.now, t.now
    from (select ", postgres_now!(), " as now) t
    on conflict (id) do update set seen_at = excluded.seen_at, stopped_at = null
    returning xmax = 0"));

/// Makes or renews the process's row; true when it is a new one.
pub(super) async fn sign(tx: &mut Tx, id: NodeId, name: &str) -> Result<bool> {
    run!(tx, c => sqlx::query_scalar(SIGN)
        .bind(id.0)
        .bind(name)
        .bind(env!("CARGO_PKG_VERSION"))
        .fetch_one(c)
        .await)
}

statement!(STOP for Postgres = concat!("
    update nodes set seen_at = t.now, stopped_at = t.now
    from (select ", postgres_now!(), " as now) t
    where id = $1"));

/// Says that the process stops in good order: it gives no more signs, and its consoles are on their way to others.
pub(super) async fn stop(tx: &mut Tx, id: NodeId) -> Result<()> {
    run!(tx, c => sqlx::query(STOP).bind(id.0).execute(c).await.map(|_| ()))
}

/// An agent's consoles here.
#[derive(Clone, Copy, Debug)]
pub(super) struct Here {
    pub(super) agent: AgentId,
    /// Whether one is open.
    pub(super) is_open: bool,
    /// For how long that has been so.
    pub(super) since: Duration,
}

// An agent who is deleted meanwhile has no row.
rows!(WRITE for Postgres = concat!("
    insert into consoles (node_id, agent_id, since, gone_at)
    select v.node, a.id, t.now - v.since, case when v.is_open then null else t.now - v.since end
    from (select ", postgres_now!(), " as now) t,
      (select distinct column1 as node, column2 as agent, column3 as is_open, column4 as since from (values "),
    "?uuid, ?uuid, ?boolean, ?bigint",
    ") as given) as v
    join agents a on a.id = v.agent
    on conflict (node_id, agent_id) do update set
      since = case when excluded.gone_at is null then excluded.since else consoles.since end,
      gone_at = excluded.gone_at");

/// Writes how it is with these agents' consoles here.
pub(super) async fn write(tx: &mut Tx, id: NodeId, consoles: &[Here]) -> Result<()> {
    for some in consoles.chunks(MAX_ROWS) {
        let (text, places) = WRITE.text(tx, some.len());
        run!(tx, c => {
            let mut query = sqlx::query(text);
            for here in Rows::filled(some, places) {
                query = query
                    .bind(id.0)
                    .bind(here.agent.0)
                    .bind(here.is_open)
                    .bind(milliseconds(here.since));
            }
            query.execute(c).await.map(|_| ())
        })?;
    }
    Ok(())
}

statement!(READ for Postgres = concat!("
    select t.now, n.id, n.seen_at, n.stopped_at, c.agent_id, c.gone_at
    from (select ", postgres_now!(), " as now) t
    left join nodes n on n.id <> $1 and n.seen_at > t.now - $2
    left join consoles c on c.node_id = n.id"));

#[derive(sqlx::FromRow)]
struct Row {
    now: i64,
    id: Option<Uuid>,
    seen_at: Option<i64>,
    stopped_at: Option<i64>,
    agent_id: Option<Uuid>,
    gone_at: Option<i64>,
}

/// What the rows of all processes but this say, and the instant.
pub(super) async fn read(desk: &Desk, but: NodeId) -> Result<(Reading, Timestamp)> {
    let rows = read!(desk.db(), c => sqlx::query_as::<_, Row>(READ)
        .bind(but.0)
        .bind(milliseconds(KEPT))
        .fetch_all(c)
        .await)?;
    let now = Timestamp(rows.first().map_or(i64::MIN, |row| row.now));
    let mut reading = Reading::default();
    for row in rows {
        let Some((id, seen_at)) = row.id.map(NodeId).zip(row.seen_at.map(Timestamp)) else {
            continue;
        };
        reading.nodes.insert(id, Node { seen_at, stopped_at: row.stopped_at.map(Timestamp) });
        reading.consoles.extend(row.agent_id.map(|agent| Console {
            agent: AgentId(agent),
            node: id,
            gone_at: row.gone_at.map(Timestamp),
        }));
    }
    Ok((reading, now))
}

statement!(SWEEP for Postgres = concat!("
    delete from nodes
    where seen_at < ", postgres_now!(), " - $1"));

/// Forgets processes that are gone for long.
pub(super) async fn sweep(tx: &mut Tx) -> Result<()> {
    run!(tx, c => sqlx::query(SWEEP).bind(milliseconds(KEPT)).execute(c).await.map(|_| ()))
}

pub(super) fn milliseconds(span: Duration) -> i64 {
    i64::try_from(span.as_millis()).unwrap_or(i64::MAX)
}
