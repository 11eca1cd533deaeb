//! Tickets that wait on a customer who says nothing: a day before `close_after` is over the customer is told by mail,
//! and then the ticket is closed. What the customer writes opens it, and that ends the waiting; what is decided here is
//! checked under the ticket's lock.

use super::chats::unless_gone;
use crate::{
    Desk, Result,
    db::{read, retry, statement},
    mail::{Cause, VisitorMail, mail_visitor},
    sites::Site,
    tickets::LockedTicket,
};
use protocol::{TicketId, Timestamp, entry::Category};
use std::time::Duration;
use uuid::Uuid;

/// The mail comes this long before the end; of a short limit, when half of it is over.
const WARNS_BEFORE: Duration = Duration::from_hours(24);
/// Tickets of a site that are told or closed in one look; the rest is the next one's.
const TICKETS_PER_TICK: i64 = 200;

/// Tells those who have been silent for long, and closes the tickets of those who were told.
pub(super) async fn tick(desk: &Desk) -> Result<()> {
    let mut outcome = Ok(());
    for site in desk.sites() {
        if !site.limits.close_after.is_zero() && site.removed_at.is_none() {
            outcome = outcome.and(tick_site(desk, &site).await);
        }
    }
    outcome
}

// Index tickets_idle. Nobody's ticket is closed who was told a moment ago, however late that was.
statement!(
    IDLE = "
    select id
    from tickets
    where site_id = $1 and idle_from is not null and idle_from <= $2
      and (warned_at is null or warned_at <= $4 and idle_from <= $5)
    order by idle_from
    limit $3"
);

/// How long before the end the mail comes.
fn warns_before(limit: Duration) -> Duration {
    if limit < 2 * WARNS_BEFORE { limit / 2 } else { WARNS_BEFORE }
}

async fn tick_site(desk: &Desk, site: &Site) -> Result<()> {
    let (due, limit) = (desk.due_now(), site.limits.close_after);
    let before = warns_before(limit);
    let tickets: Vec<Uuid> = read!(desk.db(), c => sqlx::query_scalar(IDLE)
        .bind(site.id.0)
        .bind((due - limit.saturating_sub(before)).0)
        .bind(TICKETS_PER_TICK)
        .bind((due - before).0)
        .bind((due - limit).0)
        .fetch_all(c)
        .await)?;
    for ticket in tickets {
        settle(desk, site, TicketId(ticket), due).await?;
    }
    Ok(())
}

/// Tells the customer, or closes the ticket of one who was told in time; nothing, where it waits no longer.
async fn settle(desk: &Desk, site: &Site, ticket: TicketId, due: Timestamp) -> Result<()> {
    let now = desk.now();
    let before = warns_before(site.limits.close_after);
    let settled = retry!({
        let mut tx = desk.begin().await?;
        let mut locked = LockedTicket::lock(&mut tx, ticket, &[site.id]).await?;
        if locked.state.category != Category::Waiting {
            return Ok(());
        }
        match locked.warned_at {
            None => {
                locked.warned_at = Some(due);
                let (mail, cause) = (VisitorMail::Closing, Cause::Desk);
                let _ = mail_visitor(&mut tx, desk, &mut locked, mail, cause, now).await?;
            }
            Some(warned) if warned <= due - before => {
                locked.enter(&mut tx, desk, now, Category::Closed, None).await?;
            }
            Some(_) => return Ok(()),
        }
        locked.save(&mut tx).await?;
        desk.commit(tx).await
    });
    unless_gone(settled)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_short_limit_half_is_left_after_the_mail() {
        let hours = Duration::from_hours;
        assert_eq!(warns_before(hours(7 * 24)), hours(24));
        assert_eq!(warns_before(hours(48)), hours(24));
        assert_eq!(warns_before(hours(6)), hours(3));
    }
}
