//! The tokens and links that open a visitor's ticket.

use crate::{
    Desk, Result,
    db::{read, statement},
    tickets::Visitor,
};
use protocol::{EntryId, Seq, SiteId, TicketId, TicketNumber, TicketToken, form::Started};
use tracing::instrument;
use uuid::Uuid;

type LinkRow = (Uuid, Uuid);

// A prefix may have moved from one site to another, so a number may stand for several; the MAC says which.
// There are as many as sites have had the prefix, and each is looked at: whichever is left out has a link that
// opens nothing.
statement!(FIND_LINK = "select id, site_id from tickets where number = $1");

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

    /// For `/t/{number}?k=`: the ticket that number and token open together; `k` is the MAC part of the token
    /// alone, or that and `~` and the proof that a mail to the ticket's address carried ([`Desk::confirm_email`]).
    #[instrument(level = "debug", skip_all)]
    pub async fn find_ticket_link(
        &self,
        number: &TicketNumber,
        k: &str,
    ) -> Result<Option<(Visitor, TicketToken)>> {
        let mac = k.split('~').next().unwrap_or_default();
        let rows = read!(self.db(), c => sqlx::query_as::<_, LinkRow>(FIND_LINK)
            .bind(&number.0)
            .fetch_all(c)
            .await)?;
        let opened = rows.into_iter().find(|(id, _)| self.0.secret.opens(TicketId(*id), mac));
        Ok(opened.map(|(id, site)| {
            let visitor = Visitor { ticket: TicketId(id), site: SiteId(site) };
            (visitor, self.ticket_token(visitor.ticket))
        }))
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
