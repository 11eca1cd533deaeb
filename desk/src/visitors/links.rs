//! The tokens and links that open a visitor's ticket.

use crate::{
    Desk, Result,
    db::{read, statement},
    secret::{LinkVersion, parts_of},
    tickets::Visitor,
};
use protocol::{EntryId, Seq, SiteId, TicketId, TicketNumber, TicketToken, form::Started};
use tracing::instrument;
use uuid::Uuid;

type LinkRow = (Uuid, Uuid, i64);

// A prefix may have moved from one site to another, so a number may stand for several; the MAC says which.
// There are as many as sites have had the prefix, and each is looked at: whichever is left out has a link that
// opens nothing.
statement!(FIND_LINK = "select id, site_id, link_version from tickets where number = $1");
statement!(LINK = "select site_id, link_version from tickets where id = $1");

impl Desk {
    /// The token again, for whoever has proved to be the ticket's visitor.
    pub fn ticket_token(&self, visitor: Visitor) -> TicketToken {
        self.0.secret.ticket_token(visitor.ticket, visitor.link)
    }

    /// The absolute ticket link with its token.
    pub fn ticket_link(&self, number: &TicketNumber, visitor: Visitor) -> String {
        let k = self.0.secret.ticket_mac(visitor.ticket, visitor.link);
        format!("{}/t/{number}?k={k}", self.options().public_url)
    }

    /// Whom the token stands for, if it is right, the ticket exists, and belongs to `site`.
    #[instrument(level = "debug", skip_all, fields(%site))]
    pub async fn find_visitor(&self, site: SiteId, token: &TicketToken) -> Result<Option<Visitor>> {
        let Some((ticket, mac)) = parts_of(token) else { return Ok(None) };
        let row = read!(self.db(), c => sqlx::query_as::<_, (Uuid, i64)>(LINK)
            .bind(ticket.0)
            .fetch_optional(c)
            .await)?;
        Ok(row.and_then(|(of, version)| {
            let link = LinkVersion(version);
            let opens = SiteId(of) == site && self.0.secret.opens(ticket, link, mac);
            opens.then_some(Visitor { ticket, site, link })
        }))
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
        let opened = rows.into_iter().find_map(|(id, site, version)| {
            let (ticket, link) = (TicketId(id), LinkVersion(version));
            let opens = self.0.secret.opens(ticket, link, mac);
            opens.then_some(Visitor { ticket, site: SiteId(site), link })
        });
        Ok(opened.map(|visitor| (visitor, self.ticket_token(visitor))))
    }

    /// What a form is answered with: the first link. One that was sent again is answered the same, and where the link
    /// was renewed meanwhile, that opens nothing.
    pub(super) fn started(
        &self,
        (ticket, site): (TicketId, SiteId),
        number: TicketNumber,
        id: EntryId,
        seq: Seq,
    ) -> Started {
        let visitor = Visitor::with_first_link(ticket, site);
        let link = self.ticket_link(&number, visitor);
        Started { number, token: self.ticket_token(visitor), link, id, seq }
    }
}
