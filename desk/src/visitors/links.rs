//! The tokens and links that open a visitor's ticket.

use crate::{
    Desk, Error, Result,
    db::{Event, RowChange, read, retry, run, statement},
    mail::proof,
    tickets::Visitor,
};
use protocol::{EntryId, Seq, SiteId, TicketId, TicketNumber, TicketToken, form::Started};
use tracing::instrument;
use uuid::Uuid;

type LinkRow = (Uuid, Uuid, Option<String>, bool);

// A prefix may have moved from one site to another, so a number may stand for several; the MAC says which.
statement!(
    FIND_LINK = "
    select id, site_id, contact_email, contact_verified from tickets where number = $1 limit 20"
);
statement!(
    CONFIRM = "update tickets set contact_verified = true where id = $1 and contact_email = $2"
);

impl Desk {
    /// The token again, for a page that has proved itself.
    pub fn ticket_token(&self, ticket: TicketId) -> TicketToken {
        self.0.secret.ticket_token(ticket)
    }

    /// The absolute ticket link with its token.
    pub fn ticket_link(&self, number: &TicketNumber, ticket: TicketId) -> String {
        let k = self.0.secret.ticket_mac(ticket);
        format!("{}/t/{number}?k={k}", self.options().public_url)
    }

    /// Whom the token stands for, if it is right, the ticket exists, and belongs to `site`.
    #[instrument(level = "debug", skip_all, fields(%site))]
    pub async fn find_visitor(&self, site: SiteId, token: &TicketToken) -> Result<Option<Visitor>> {
        let Some(ticket) = self.0.secret.find_ticket(token) else { return Ok(None) };
        let of = self.find_site_of(ticket).await?;
        Ok((of == Some(site)).then_some(Visitor { ticket, site }))
    }

    /// For `/t/{number}?k=`: the ticket that number and token open together; `k` is the MAC part alone, or that and `~` and
    /// the proof that a mail to the ticket's address carried. A right proof confirms the address.
    #[instrument(level = "debug", skip_all)]
    pub async fn find_ticket_link(
        &self,
        number: &TicketNumber,
        k: &str,
    ) -> Result<Option<(Visitor, TicketToken)>> {
        let (mac, mailed) = match k.split_once('~') {
            Some((mac, mailed)) => (mac, Some(mailed)),
            None => (k, None),
        };
        let rows = read!(self.db(), c => sqlx::query_as::<_, LinkRow>(FIND_LINK)
            .bind(&number.0)
            .fetch_all(c)
            .await)?;
        for (id, site, email, verified) in rows {
            let ticket = TicketId(id);
            if !self.0.secret.opens(ticket, mac) {
                continue;
            }
            if let (Some(mailed), Some(email), false) = (mailed, email, verified)
                && proof::proves(&self.0.secret, ticket, &email, mailed)
            {
                self.confirm(ticket, &email).await?;
            }
            let visitor = Visitor { ticket, site: SiteId(site) };
            return Ok(Some((visitor, self.ticket_token(ticket))));
        }
        Ok(None)
    }

    async fn confirm(&self, ticket: TicketId, email: &str) -> Result<()> {
        let on = self.find_place(ticket).await?.ok_or_else(Error::not_found)?;
        retry!({
            let mut tx = self.begin().await?;
            run!(tx, c => sqlx::query(CONFIRM)
                .bind(ticket.0)
                .bind(email)
                .execute(c)
                .await
                .map(|_| ()))?;
            tx.publish(Event::Ticket { ticket });
            tx.publish(Event::Work { ticket, on, change: RowChange::Anything });
            self.commit(tx).await
        })
    }

    /// What a form is answered with.
    pub(super) fn started(
        &self,
        ticket: TicketId,
        number: TicketNumber,
        id: EntryId,
        seq: Seq,
    ) -> Started {
        let link = self.ticket_link(&number, ticket);
        Started { number, token: self.ticket_token(ticket), link, id, seq }
    }
}
