//! Claiming what is due.

use super::{lease::Claimed, work::Work};
use crate::{
    Desk, Result,
    db::{read, retry, run},
};
use protocol::Timestamp;

/// Claims at most `most` rows that are due, the oldest first.
pub(crate) async fn claim<W: Work>(desk: &Desk, most: usize) -> Result<Vec<Claimed<W::Row>>> {
    W::before_claim(desk).await;
    let now = desk.due_now();
    // Looking first spares the one writer a transaction when there is nothing, which is nearly always.
    if most == 0 || !is_due::<W>(desk, now).await? {
        return Ok(Vec::new());
    }
    let sql = if desk.db().is_postgres() { W::TABLE.claim_postgres } else { W::TABLE.claim_sqlite };
    retry!({
        let mut tx = desk.begin().await?;
        let claimed = run!(tx, c => sqlx::query_as::<_, Claimed<W::Row>>(sql)
            .bind((now + W::lease(desk)).0)
            .bind(now.0)
            .bind(i64::try_from(most).unwrap_or(i64::MAX))
            .fetch_all(c)
            .await)?;
        desk.commit(tx).await?;
        Ok(claimed)
    })
}

async fn is_due<W: Work>(desk: &Desk, now: Timestamp) -> Result<bool> {
    let due: i64 =
        read!(desk.db(), c => sqlx::query_scalar(W::TABLE.due).bind(now.0).fetch_one(c).await)?;
    Ok(due > 0)
}

/// What an earlier process left. Claims end: a SQLite database is one server's, and what is claimed when it starts was
/// claimed by one that is no more; on PostgreSQL another node may be at it, and claims lapse. What neither a claim nor a
/// pause can have put off so far comes from a clock that was set back since, and its time has come.
pub(crate) async fn take_over<W: Work>(desk: &Desk) -> Result<()> {
    let now = desk.due_now();
    let mut tx = desk.begin().await?;
    if desk.db().is_postgres() {
        let last = now + W::lease(desk);
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
