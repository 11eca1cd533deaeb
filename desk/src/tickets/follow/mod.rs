//! Following the talk: what comes of entries that are there is worked out by a follower, which reads them after a
//! stored position. Who writes an entry does not know who follows.
//!
//! A page is read, then what follows from it is written in one transaction with the new position. The position is
//! written compare-and-set, so that of two processes with the same page one writes and the other starts over; after a
//! crash both or neither are there. A follower takes each entry once, and those of one ticket in the order of their
//! sequence. (Where more than [`ENTRIES_A_PAGE`] entries wait on PostgreSQL, two that two nodes wrote at the same
//! moment may change places.)
//!
//! It lies with the entries because it reads their table, and below all who follow.

mod place;
mod renumber;
#[cfg(test)]
mod tests;

pub(crate) use renumber::{after_removal, after_restore};

use crate::{
    Desk, Result, Stop,
    db::{Db, Tx, read, retry, run, statement},
    tickets::entries::EntryKind,
};
use place::{Place, Snapshot};
use protocol::{Seq, TicketId, Timestamp};
use sqlx::{PgPool, SqlitePool, types::Json};
use std::time::Duration;
use uuid::Uuid;

/// Entries of one page; the last transaction of it may add some.
const ENTRIES_A_PAGE: usize = 4_096;
/// Entries of SQLite looked through for one page, also where few are of the follower's kind.
const SPAN: i64 = 100_000;
/// Looked for new entries this often, and not at every commit: a follower then costs the one writer a transaction a
/// second and not one for every batch.
const LOOKS_EVERY: Duration = Duration::from_secs(1);

/// Somebody who acts on entries.
pub(crate) trait Follower: Send + Sync + 'static {
    /// Under which its position is stored.
    const NAME: &'static str;
    const START: Start;
    /// The only kind of entry that it acts on; none: all. The others are not even read.
    const KIND: Option<EntryKind> = None;
    /// Entries of one page at the least, if there are so many.
    const PAGE: usize = ENTRIES_A_PAGE;
    /// What follows from a page.
    type Plan: Send + Sync;

    /// Works out what follows from a page, reading what it needs: outside of the transaction, which others wait for.
    fn plan(desk: &Desk, page: &[FollowedEntry])
    -> impl Future<Output = Result<Self::Plan>> + Send;

    /// Writes it.
    fn write(
        tx: &mut Tx,
        desk: &Desk,
        plan: &Self::Plan,
    ) -> impl Future<Output = Result<()>> + Send;
}

/// Where a follower starts that has never been there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Start {
    /// With the first entry of all.
    Beginning,
    /// With the first entry after its first look.
    #[cfg_attr(not(test), expect(dead_code, reason = "for those who act on what is new only"))]
    End,
}

/// An entry as followers read it. Whoever needs what it says reads it by ticket and sequence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FollowedEntry {
    pub(crate) ticket: TicketId,
    pub(crate) seq: Seq,
    pub(crate) at: Timestamp,
    pub(crate) kind: EntryKind,
}

/// Follows for as long as `stop` is not set.
pub(crate) async fn run<F: Follower>(desk: Desk, mut stop: Stop) {
    while !stop.is_set() {
        match step::<F>(&desk, F::PAGE).await {
            Ok(true) => continue,
            Ok(false) => {}
            Err(error) => {
                tracing::warn!(follower = F::NAME, %error, "entries could not be followed");
            }
        }
        tokio::select! {
            () = stop.wait() => return,
            () = tokio::time::sleep(LOOKS_EVERY) => {}
        }
    }
}

/// Takes what is new.
pub(crate) async fn catch_up<F: Follower>(desk: &Desk) -> Result<()> {
    while step::<F>(desk, F::PAGE).await? {}
    Ok(())
}

/// Takes one page of at least `most` entries, if there are so many; whether there may be more.
async fn step<F: Follower>(desk: &Desk, most: usize) -> Result<bool> {
    let place = place_of::<F>(desk).await?;
    let Some(page) = read_page::<F>(desk, &place, most).await? else { return Ok(false) };
    take::<F>(desk, &place, &page).await?;
    Ok(page.is_full)
}

/// Writes what follows from a page, and that it was taken; nothing of it when somebody else has taken it.
async fn take<F: Follower>(desk: &Desk, place: &Place, page: &Page) -> Result<()> {
    let plan = F::plan(desk, &page.entries).await?;
    retry!({
        let mut tx = desk.begin().await?;
        if !advance::<F>(&mut tx, place, &page.end).await? {
            return Ok(());
        }
        F::write(&mut tx, desk, &plan).await?;
        desk.commit(tx).await
    })
}

statement!(FIND = "select position, under_way, version from followers where name = $1");
statement!(
    ADD = "
    insert into followers (name, position, under_way, version)
    values ($1, $2, $3, 0)
    on conflict do nothing"
);
statement!(LAST_SQLITE for Sqlite = "select coalesce(max(position), 0) from entries");
statement!(SNAPSHOT_POSTGRES for Postgres = "select pg_current_snapshot()::text");

/// Where the follower stands.
async fn place_of<F: Follower>(desk: &Desk) -> Result<Place> {
    loop {
        let found: Option<(i64, Json<Vec<i64>>, i64)> = read!(desk.db(), c => sqlx::query_as(FIND)
            .bind(F::NAME)
            .fetch_optional(c)
            .await)?;
        if let Some((position, under_way, version)) = found {
            return Ok(Place { position, under_way: under_way.0, version });
        }
        let start = match F::START {
            Start::Beginning => Place::beginning(),
            Start::End => end(desk).await?,
        };
        retry!({
            let mut tx = desk.begin().await?;
            run!(tx, c => sqlx::query(ADD)
                .bind(F::NAME)
                .bind(start.position)
                .bind(Json(&start.under_way))
                .execute(c)
                .await
                .map(|_| ()))?;
            desk.commit(tx).await
        })?;
    }
}

/// After everything that is committed by now.
async fn end(desk: &Desk) -> Result<Place> {
    if desk.db().is_postgres() {
        let snapshot: String =
            read!(desk.db(), c => sqlx::query_scalar(SNAPSHOT_POSTGRES).fetch_one(c).await)?;
        return Ok(Place::at_end(&Snapshot::parse(&snapshot)?));
    }
    let last = read!(desk.db(), c => sqlx::query_scalar(LAST_SQLITE).fetch_one(c).await)?;
    Ok(Place { position: last, ..Place::beginning() })
}

/// New entries, and where whoever has taken them stands.
struct Page {
    entries: Vec<FollowedEntry>,
    end: Place,
    /// There may be more.
    is_full: bool,
}

// One writer: the order of rows is that of commits.
statement!(PAGE_SQLITE for Sqlite = "
    select position, ticket_id, seq, at, kind, null as snapshot
    from entries
    where position > $1 and position <= $3 and ($4 is null or kind = $4)
    order by position
    limit $2");
// What was under way when the numbers after it were taken, and what has a number after the position (index
// `entries_position` for both): whole transactions, and the snapshot that says who is under way now. No entry comes
// before an earlier one of its ticket: who waited for the ticket may have the lower number.
statement!(PAGE_POSTGRES for Postgres = "
    select position, ticket_id, seq, at, kind, snapshot
    from (
      select position, ticket_id, seq, at, kind, pg_current_snapshot()::text as snapshot,
        max(position) over (partition by ticket_id order by seq) as turn
      from (
        select position, ticket_id, seq, at, kind from entries where position = any($3)
        union all (
          select position, ticket_id, seq, at, kind from entries
          where position > $1
          order by position
          fetch first ($2) rows with ties)
      ) new
    ) ordered
    order by turn, ticket_id, seq");

#[derive(sqlx::FromRow)]
struct Row {
    position: i64,
    ticket_id: Uuid,
    seq: i64,
    at: i64,
    kind: String,
    snapshot: Option<String>,
}

/// What is new after a place; none when nothing is.
async fn read_page<F: Follower>(desk: &Desk, place: &Place, most: usize) -> Result<Option<Page>> {
    match desk.db() {
        Db::Sqlite { read, .. } => read_sqlite::<F>(read, place, most).await,
        Db::Postgres(pool) => read_postgres::<F>(pool, place, most).await,
    }
}

/// Of the kind alone, which spares reading what the talk mostly is.
async fn read_sqlite<F: Follower>(
    pool: &SqlitePool,
    place: &Place,
    most: usize,
) -> Result<Option<Page>> {
    let last: i64 = sqlx::query_scalar(LAST_SQLITE).fetch_one(pool).await?;
    if last <= place.position {
        return Ok(None);
    }
    // Rows are numbered from 1; who has not begun stands far below.
    let upto = last.min(place.position.max(0).saturating_add(SPAN));
    let rows: Vec<Row> = sqlx::query_as(PAGE_SQLITE)
        .bind(place.position)
        .bind(i64::try_from(most).unwrap_or(i64::MAX))
        .bind(upto)
        .bind(F::KIND.map(EntryKind::as_text))
        .fetch_all(pool)
        .await?;
    let is_cut = rows.len() >= most;
    let reached = rows.last().filter(|_| is_cut).map_or(upto, |row| row.position);
    let entries = rows.into_iter().map(Row::entry).collect::<Result<_>>()?;
    Ok(Some(Page { entries, end: place.after(reached, &[]), is_full: is_cut || upto < last }))
}

/// All of them, because the order of a ticket's entries is worked out from all; those of the kind are handed on.
async fn read_postgres<F: Follower>(
    pool: &PgPool,
    place: &Place,
    most: usize,
) -> Result<Option<Page>> {
    let rows: Vec<Row> = sqlx::query_as(PAGE_POSTGRES)
        .bind(place.position)
        .bind(i64::try_from(most).unwrap_or(i64::MAX))
        .bind(&place.under_way)
        .fetch_all(pool)
        .await?;
    let Some(first) = rows.first() else { return Ok(None) };
    let under_way = match &first.snapshot {
        Some(snapshot) => Snapshot::parse(snapshot)?.under_way,
        None => Vec::new(),
    };
    let last = rows.iter().map(|row| row.position).max().unwrap_or(place.position);
    let end = place.after(last, &under_way);
    let is_full = rows.len() >= most;
    let entries: Vec<FollowedEntry> = rows.into_iter().map(Row::entry).collect::<Result<_>>()?;
    let entries =
        entries.into_iter().filter(|entry| F::KIND.is_none_or(|kind| kind == entry.kind)).collect();
    Ok(Some(Page { entries, end, is_full }))
}

impl Row {
    fn entry(self) -> Result<FollowedEntry> {
        Ok(FollowedEntry {
            ticket: TicketId(self.ticket_id),
            seq: Seq(self.seq),
            at: Timestamp(self.at),
            kind: EntryKind::from_text(&self.kind)?,
        })
    }
}

statement!(
    ADVANCE = "
    update followers set position = $3, under_way = $4, version = version + 1
    where name = $1 and version = $2"
);

async fn advance<F: Follower>(tx: &mut Tx, from: &Place, to: &Place) -> Result<bool> {
    run!(tx, c => sqlx::query(ADVANCE)
        .bind(F::NAME)
        .bind(from.version)
        .bind(to.position)
        .bind(Json(&to.under_way))
        .execute(c)
        .await
        .map(|done| done.rows_affected() > 0))
}
