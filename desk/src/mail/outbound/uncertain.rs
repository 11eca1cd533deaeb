//! Whether a mail may have gone out, in its row before anybody could forget it.

use super::row::{MailOutcome, MailRow};
use crate::{
    Desk, Error, Result,
    db::{retry, run, statement},
    queue::Lease,
};
use protocol::Timestamp;
use std::time::Duration;
use uuid::Uuid;

/// A mail that may have gone out is tried once more after this.
const UNCERTAIN: Duration = Duration::from_mins(10);

statement!(
    UNCERTAIN_SEND = "
    update mails set uncertain_sends = $4, due_at = $3
    where id = $1 and claimed_until = $2"
);

/// Committed before the text is handed over; refused when the claim has lapsed and the mail may be another's.
pub(super) async fn note_uncertain(desk: &Desk, lease: Lease, mail: &MailRow) -> Result<()> {
    let due_at = uncertain_until(desk);
    retry!({
        let mut tx = desk.begin().await?;
        let is_ours = run!(tx, c => sqlx::query(UNCERTAIN_SEND)
            .bind(lease.id)
            .bind(lease.until)
            .bind(due_at.0)
            .bind(mail.uncertain_sends + 1)
            .execute(c)
            .await
            .map(|done| done.rows_affected() > 0))?;
        if is_ours { desk.commit(tx).await } else { Err(Error::Conflict) }
    })
}

/// When a mail is due that may have gone out.
pub(super) fn uncertain_until(desk: &Desk) -> Timestamp {
    desk.due_now() + UNCERTAIN
}

statement!(CERTAIN = "update mails set uncertain_sends = 0 where id = $1 and claimed_until = $2");

/// The relay has said that it did not take a mail that it was given for the first time.
pub(super) async fn note_certain(desk: &Desk, lease: Lease) -> Result<()> {
    retry!({
        let mut tx = desk.begin().await?;
        run!(tx, c => sqlx::query(CERTAIN)
            .bind(lease.id)
            .bind(lease.until)
            .execute(c)
            .await
            .map(|_| ()))?;
        desk.commit(tx).await
    })
}

statement!(
    TAKEN = "
    update mails set due_at = null, claimed_until = null, parked_at = null, error = null, outcome = $2
    where id = $1 and outcome is null"
);

/// Notes what the relay has taken and no row says yet, whoever has the row now. What fails is tried again before the
/// next mail goes out.
pub(super) async fn note_taken(desk: &Desk) {
    for id in desk.0.mailer.taken() {
        match note_one_taken(desk, id).await {
            Ok(()) => desk.0.mailer.is_noted(id),
            Err(error) => tracing::warn!(%id, %error, "that a mail was taken could not be noted"),
        }
    }
}

async fn note_one_taken(desk: &Desk, id: Uuid) -> Result<()> {
    retry!({
        let mut tx = desk.begin().await?;
        run!(tx, c => sqlx::query(TAKEN)
            .bind(id)
            .bind(MailOutcome::Sent.as_text())
            .execute(c)
            .await
            .map(|_| ()))?;
        desk.commit(tx).await
    })
}
