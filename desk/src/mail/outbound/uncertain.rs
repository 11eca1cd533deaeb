//! Whether a mail may have gone out, in its row before anybody could forget it.

use super::row::MailRow;
use crate::{
    Desk, Error, Result,
    db::{run, statement},
    queue::Lease,
};
use protocol::Timestamp;
use std::time::Duration;

/// A mail that may have gone out is tried once more after this.
const UNCERTAIN: Duration = Duration::from_mins(10);

statement!(
    UNCERTAIN_SEND = "
    update mails set uncertain_sends = uncertain_sends + 1, due_at = $3
    where id = $1 and claimed_until = $2"
);

/// Committed before the text is handed over; refused when the claim has lapsed and the mail may be another's.
pub(super) async fn note_uncertain(desk: &Desk, lease: Lease) -> Result<()> {
    let mut tx = desk.begin().await?;
    let is_ours = run!(tx, c => sqlx::query(UNCERTAIN_SEND)
        .bind(lease.id)
        .bind(lease.until)
        .bind(uncertain_until(desk).0)
        .execute(c)
        .await
        .map(|done| done.rows_affected() > 0))?;
    if is_ours { desk.commit(tx).await } else { Err(Error::Conflict) }
}

/// When a mail is due that may have gone out.
pub(super) fn uncertain_until(desk: &Desk) -> Timestamp {
    desk.now() + UNCERTAIN
}

statement!(CERTAIN = "update mails set uncertain_sends = $3 where id = $1 and claimed_until = $2");

/// The relay has said that it did not take the mail.
pub(super) async fn note_certain(desk: &Desk, lease: Lease, mail: &MailRow) -> Result<()> {
    let mut tx = desk.begin().await?;
    run!(tx, c => sqlx::query(CERTAIN)
        .bind(lease.id)
        .bind(lease.until)
        .bind(mail.uncertain_sends)
        .execute(c)
        .await
        .map(|_| ()))?;
    desk.commit(tx).await
}
