//! Writing down what became of an attempt.

use super::{
    failure::without_addresses,
    lease::{Claimed, Lease},
    outcome::Outcome,
    work::Work,
};
use crate::{
    Desk, Result,
    db::{Tx, retry, run},
};
use protocol::Timestamp;

/// Writes the outcome down, if the row is still ours; false: the claim has lapsed, or the row was made due again
/// meanwhile.
pub(crate) async fn settle<W: Work>(
    desk: &Desk,
    claimed: &Claimed<W::Row>,
    outcome: &Outcome,
) -> Result<bool> {
    if *outcome == Outcome::Settled {
        return Ok(true);
    }
    let (now, due) = (desk.now(), desk.due_now());
    let lease = claimed.lease;
    let n = lease.attempts;
    retry!({
        let mut tx = desk.begin().await?;
        let is_ours = match outcome {
            Outcome::Done | Outcome::Settled => W::done(&mut tx, desk, lease).await?,
            Outcome::Again(at) => postpone::<W>(&mut tx, lease, *at, 0, None).await?,
            Outcome::Retry(at, why) => postpone::<W>(&mut tx, lease, *at, n, Some(why)).await?,
            Outcome::Parked(why) => park::<W>(&mut tx, desk, claimed, now, why).await?,
            Outcome::Failed(why) => match W::BACKOFF.after(n) {
                Some(pause) => postpone::<W>(&mut tx, lease, due + pause, n, Some(why)).await?,
                None => park::<W>(&mut tx, desk, claimed, now, why).await?,
            },
        };
        if is_ours {
            desk.commit(tx).await?;
        }
        Ok(is_ours)
    })
}

async fn postpone<W: Work>(
    tx: &mut Tx,
    lease: Lease,
    at: Timestamp,
    attempts: i64,
    why: Option<&str>,
) -> Result<bool> {
    run!(tx, c => sqlx::query(W::TABLE.postpone)
        .bind(lease.id)
        .bind(lease.until)
        .bind(at.0)
        .bind(attempts)
        .bind(why)
        .execute(c)
        .await
        .map(|done| done.rows_affected() > 0))
}

async fn park<W: Work>(
    tx: &mut Tx,
    desk: &Desk,
    claimed: &Claimed<W::Row>,
    now: Timestamp,
    why: &str,
) -> Result<bool> {
    let lease = claimed.lease;
    let is_ours = run!(tx, c => sqlx::query(W::TABLE.park)
        .bind(lease.id)
        .bind(lease.until)
        .bind(now.0)
        .bind(why)
        .execute(c)
        .await
        .map(|done| done.rows_affected() > 0))?;
    if is_ours {
        tracing::error!(table = W::TABLE.name, id = %lease.id, why = %without_addresses(why), "parked");
        W::parked(tx, desk, &claimed.row, why).await?;
    }
    Ok(is_ours)
}
