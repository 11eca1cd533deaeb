//! The outbox as a table of work: mails go out side by side, and a slow recipient holds up nobody else.
//!
//! A mail's number of *uncertain sends* goes up, committed, right before its text is handed to the relay, together with
//! the instant at which it is due if nothing more is heard of it. So after a crash or a silence it is known whether the
//! mail may have gone out: without an uncertain send it is simply tried again, with one it is tried once more after a
//! while under the same Message-ID, with two it is parked. What the relay has taken this process knows until the row
//! says so, and never sends again.

use super::{
    attempt,
    row::{MailOutcome, MailRow},
    uncertain::note_taken,
};
use crate::{
    Desk, Error, Result,
    db::{Tx, run, statement},
    locales,
    queue::{Backoff, Lease, Outcome, Room, Slots, Table, Wakeups, Work, chain, table},
    tickets::LockedTicket,
};
use protocol::{SiteId, TicketId, entry::AgentBody};
use std::time::Duration;
use tokio::sync::Notify;

/// The table of mails.
pub(crate) struct Outbox;

table!(
    MAILS = "mails",
    "to_key",
    "site_id, ticket_id, details, to_address, to_name, lang, subject, text, html, message_id, in_reply_to, \
     uncertain_sends, created_at"
);

impl Work for Outbox {
    type Row = MailRow;

    const TABLE: Table = MAILS;
    /// Relays rarely take more than 50 connections of one client. An address that nobody answers for is most often its
    /// domain's fault.
    const SLOTS: Slots = Slots {
        quick: Room { all: 16, lane: 12 },
        all: Room { all: 48, lane: 44 },
        tried: Room { all: 24, lane: 4 },
    };
    /// 1, 2, 4, 8, 16, 32 and then every 60 minutes are a day.
    const BACKOFF: Backoff =
        Backoff { first: Duration::from_mins(1), longest: Duration::from_hours(1), attempts: 29 };

    fn lane(to: &str) -> &str {
        to.rsplit_once('@').map_or(to, |(_, domain)| domain)
    }

    fn wakeup(wakeups: &Wakeups) -> &Notify {
        &wakeups.mail
    }

    fn lease(desk: &Desk) -> Duration {
        desk.0.mailer.longest() + Duration::from_secs(30)
    }

    async fn before_claim(desk: &Desk) {
        note_taken(desk).await;
    }

    fn is_written_down(desk: &Desk, lease: Lease) {
        desk.0.mailer.is_noted(lease.id);
    }

    async fn attempt(desk: &Desk, lease: Lease, mail: &MailRow) -> Outcome {
        match attempt::send(desk, lease, mail).await {
            Ok(outcome) => outcome,
            Err(error) => Outcome::Failed(chain(&error)),
        }
    }

    async fn done(tx: &mut Tx, desk: &Desk, lease: Lease) -> Result<bool> {
        let outcome =
            if desk.0.mailer.relay.is_some() { MailOutcome::Sent } else { MailOutcome::Kept };
        run!(tx, c => sqlx::query(DONE)
            .bind(lease.id)
            .bind(lease.until)
            .bind(outcome.as_text())
            .execute(c)
            .await
            .map(|done| done.rows_affected() > 0))
    }

    /// An owner sees it in the list of mails and on the ticket.
    async fn parked(tx: &mut Tx, desk: &Desk, mail: &MailRow, why: &str) -> Result<()> {
        let Some(ticket) = mail.ticket_id.map(TicketId) else { return Ok(()) };
        let site = SiteId(mail.site_id);
        let lang = desk.find_site_by_id(site).map_or("", |site| site.lang.as_text());
        let why = locales::language(lang).fill("mail.held.parked", &[("error", why)]);
        let mut locked = match LockedTicket::lock(tx, ticket, &[site]).await {
            Ok(locked) => locked,
            Err(Error::Refused(_)) => return Ok(()),
            Err(error) => return Err(error),
        };
        let body = AgentBody::MailHeld { to: mail.to_address.clone(), why };
        locked.add(tx, desk, desk.now(), body).await?;
        locked.save(tx).await
    }
}

statement!(
    DONE = "
    update mails set due_at = null, claimed_until = null, error = null, outcome = $3
    where id = $1 and claimed_until = $2"
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tries_of_a_mail_fill_a_day() {
        let minutes: Vec<u64> = (1..=8)
            .filter_map(|n| Outbox::BACKOFF.after(n))
            .map(|pause| pause.as_secs() / 60)
            .collect();
        assert_eq!(minutes, [1, 2, 4, 8, 16, 32, 60, 60]);
        let whole: Duration = (1..).map_while(|n| Outbox::BACKOFF.after(n)).sum();
        let hours = whole.as_secs() / 3600;
        assert!((23..=25).contains(&hours), "{whole:?}");
    }
}
