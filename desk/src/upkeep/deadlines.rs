//! Deadlines of chats that an earlier process stored by a clock that was set back since: none lies further ahead than
//! if it had been stored now.

use crate::{
    Desk, Result,
    db::{retry, run, statement},
};
use std::time::Duration;

// Index chats_waiting.
statement!(
    WAITING = "
    update chats set wait_until = $2
    where site_id = $1 and state in ('waiting', 'ringing') and wait_until > $2"
);
// Index offers_due.
statement!(
    RINGING = "
    update offers set rings_until = $2
    where site_id = $1 and outcome is null and rings_until > $2"
);

// Index chats_idle. Who was warned is warned again.
statement!(
    IDLE = "
    update chats set idle_from = $2, warned_at = null
    where site_id = $1 and idle_from is not null and (idle_from > $2 or warned_at > $2)"
);

/// Brings them near, once, before anything is done by them.
pub(super) async fn take_over(desk: &Desk) -> Result<()> {
    let now = desk.due_now();
    retry!({
        let mut tx = desk.begin().await?;
        for site in desk.sites() {
            let limits = &site.limits;
            let spans =
                [(WAITING, limits.wait_limit), (RINGING, limits.ring_time), (IDLE, Duration::ZERO)];
            for (statement, span) in spans {
                run!(tx, c => sqlx::query(statement)
                    .bind(site.id.0)
                    .bind((now + span).0)
                    .execute(c)
                    .await
                    .map(|_| ()))?;
            }
        }
        desk.commit(tx).await
    })
}
