//! Claiming what is due.

use super::{lease::Claimed, slots::Slot, work::Work};
use crate::{
    Desk, Result,
    db::{read, retry, run},
};
use std::time::Duration;
use uuid::Uuid;

/// Rows of one look. Behind so many that have no room nobody looks for one that has: they wait for their turn, too.
const DUE_ROWS_A_LOOK: i64 = 1000;

/// More than the clocks of two nodes are apart: another's claim looks that much longer.
const CLOCKS_APART: Duration = Duration::from_mins(1);

/// A row that is ours, and the slot that it takes.
pub(crate) type Taken<R> = (Slot, Claimed<R>);

/// Claims what is due and has room beside what has been under way for so long, the oldest first.
pub(crate) async fn claim<W: Work>(
    desk: &Desk,
    under_way: impl Iterator<Item = (&Slot, Duration)>,
) -> Result<Vec<Taken<W::Row>>> {
    W::before_claim(desk).await;
    let now = desk.due_now();
    // Looking first spares the one writer a transaction when there is nothing, which is nearly always.
    let due: Vec<(Uuid, String, i64)> = read!(desk.db(), c => sqlx::query_as(W::TABLE.due)
        .bind(now.0)
        .bind(DUE_ROWS_A_LOOK)
        .fetch_all(c)
        .await)?;
    let slot =
        |lane: &str, attempts| Slot { lane: W::lane(lane).to_owned(), was_tried: attempts > 0 };
    let due: Vec<(Uuid, Slot)> =
        due.into_iter().map(|(id, lane, attempts)| (id, slot(&lane, attempts))).collect();
    let picked = W::SLOTS.pick(&due, under_way);
    if picked.is_empty() {
        return Ok(Vec::new());
    }
    retry!({
        let mut tx = desk.begin().await?;
        let mut taken = Vec::with_capacity(picked.len());
        for (id, slot) in &picked {
            // Another process may have been faster.
            let claimed = run!(tx, c => sqlx::query_as::<_, Claimed<W::Row>>(W::TABLE.claim)
                .bind((now + W::lease(desk)).0)
                .bind(now.0)
                .bind(*id)
                .fetch_optional(c)
                .await)?;
            taken.extend(claimed.map(|claimed| (slot.clone(), claimed)));
        }
        desk.commit(tx).await?;
        Ok(taken)
    })
}

/// What an earlier process left. Claims end: a SQLite database is one server's, and what is claimed when it starts was
/// claimed by one that is no more; on PostgreSQL another node may be at it, and claims lapse. What neither a claim nor
/// a pause can have put off so far comes from a clock that was set back since, and its time has come.
pub(crate) async fn resume_after_restart<W: Work>(desk: &Desk) -> Result<()> {
    let now = desk.due_now();
    let mut tx = desk.begin().await?;
    if desk.db().is_postgres() {
        let last = now + W::lease(desk) + CLOCKS_APART;
        run!(tx, c => sqlx::query(W::TABLE.release_postgres)
            .bind(last.0)
            .execute(c)
            .await
            .map(|_| ()))?;
    } else {
        run!(tx, c => sqlx::query(W::TABLE.release_sqlite).execute(c).await.map(|_| ()))?;
    }
    run!(tx, c => sqlx::query(W::TABLE.hurry)
        .bind(now.0)
        .bind((now + W::BACKOFF.longest).0)
        .execute(c)
        .await
        .map(|_| ()))?;
    desk.commit(tx).await
}
