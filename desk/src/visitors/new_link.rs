//! A ticket's link once more, by mail, for whoever has lost it or holds one that was renewed.

use crate::{
    Desk, Result,
    db::{read, retry, run, statement},
    mail::{Cause, VisitorMail, mail_visitor},
    people::email_key,
    tickets::LockedTicket,
};
use protocol::{SiteId, TicketId, TicketNumber, text::EmailAddress};
use std::time::Duration;
use tracing::instrument;
use uuid::Uuid;

/// Links that an address is mailed within an hour, whether it is confirmed or not.
const LINKS_AN_HOUR: i64 = 3;
const HOUR: Duration = Duration::from_hours(1);

// A prefix may have moved between sites. Index tickets_number.
statement!(FIND = "select id, site_id from tickets where number = $1 and contact_key = $2");
// Index mails_to has the capped ones alone, so this is asked by ticket: index mails_ticket.
statement!(
    LATELY = "
    select count(*) from mails
    where ticket_id = $1 and to_key = $2 and created_at > $3 and kind = 'new_link'"
);

impl Desk {
    /// Mails the ticket's link to this address where it is the ticket's: at most three an hour, and within the caps of
    /// what visitors cause. Any other address is answered alike: nothing is said of what was done.
    #[instrument(level = "debug", skip_all)]
    pub async fn ask_for_link(&self, number: &TicketNumber, email: &EmailAddress) -> Result<()> {
        let (key, now) = (email_key(email.as_str()), self.now());
        let rows = read!(self.db(), c => sqlx::query_as::<_, (Uuid, Uuid)>(FIND)
            .bind(&number.0)
            .bind(&key)
            .fetch_all(c)
            .await)?;
        for (ticket, site) in rows {
            retry!({
                let mut tx = self.begin().await?;
                let ticket = TicketId(ticket);
                let mut locked = LockedTicket::lock(&mut tx, ticket, &[SiteId(site)]).await?;
                let is_theirs =
                    locked.email.as_deref().is_some_and(|known| email_key(known) == key);
                let lately: i64 = run!(tx, c => sqlx::query_scalar(LATELY)
                    .bind(ticket.0)
                    .bind(&key)
                    .bind((now - HOUR).0)
                    .fetch_one(c)
                    .await)?;
                if !is_theirs || locked.mail_stopped || lately >= LINKS_AN_HOUR {
                    return Ok(());
                }
                let (mail, cause) = (VisitorMail::NewLink, Cause::Visitor);
                let _ = mail_visitor(&mut tx, self, &mut locked, mail, cause, now).await?;
                locked.save(&mut tx).await?;
                self.commit(tx).await
            })?;
        }
        Ok(())
    }
}
