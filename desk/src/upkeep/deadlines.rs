//! Deadlines of chats and tickets that an earlier process stored: by a clock that was set back since, none lies further ahead than if
//! it had been stored now; and nobody has missed what rang out while no process was there to be answered at.

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
// Index offers_due. What rang out before this process was there to be answered at is no miss: it rings anew, once.
statement!(
    RANG_OUT = "
    update offers set rings_until = $2
    where site_id = $1 and outcome is null and rings_until <= $3"
);

// Index chats_idle. Who was warned is warned again.
statement!(
    IDLE = "
    update chats set idle_from = $2, warned_at = null
    where site_id = $1 and idle_from is not null and (idle_from > $2 or warned_at > $2)"
);

// Index tickets_idle. Who was told is told again.
statement!(
    WAITING_ON_CUSTOMER = "
    update tickets set idle_from = $2, warned_at = null
    where site_id = $1 and idle_from > $2"
);
// Index tickets_warned.
statement!(TOLD = "update tickets set warned_at = null where site_id = $1 and warned_at > $2");

/// Puts them right, once, before anything is done by them.
pub(super) async fn take_over(desk: &Desk) -> Result<()> {
    let now = desk.due_now();
    let served_for = desk.moment().since(desk.0.opened_at);
    let opened_at = now - served_for;
    retry!({
        let mut tx = desk.begin().await?;
        for site in desk.sites() {
            let limits = &site.limits;
            run!(tx, c => sqlx::query(RANG_OUT)
                .bind(site.id.0)
                .bind((now + limits.ring_time).0)
                .bind(opened_at.0)
                .execute(c)
                .await
                .map(|_| ()))?;
            let spans = [
                (WAITING, limits.wait_limit),
                (RINGING, limits.ring_time),
                (IDLE, Duration::ZERO),
                (WAITING_ON_CUSTOMER, Duration::ZERO),
                (TOLD, Duration::ZERO),
            ];
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
