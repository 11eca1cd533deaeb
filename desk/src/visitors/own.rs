//! A person who has proved an address at a site, by its signature or by a mailed link, and that person's tickets: those
//! of the address, and those begun under the id that the site gave them.
//!
//! An address that a stranger typed is its owner's nevertheless, who may read the ticket as a mailed link lets them.
//! Being listed proves nothing to agents: the address of a ticket counts as proved once its person opens that ticket,
//! which is an act. A ticket about which the address's owner wants no mail (*No fui yo*) is not theirs.

use crate::{
    Desk, Error, Result,
    db::{read, statement},
    people::{Identity, prove},
    secret::LinkVersion,
    sites::secret,
    tickets::Visitor,
};
use protocol::{
    SiteId, TicketId, TicketNumber, TicketToken, Timestamp,
    entry::{Category, TicketState},
    identity::{OwnTicket, OwnTickets, SignedIdentity},
    limits,
};
use tracing::instrument;
use uuid::Uuid;

impl Desk {
    /// Whom the host page means, where the site's signature is under it; none: it counts as unsigned.
    #[instrument(level = "debug", skip_all, fields(%site))]
    pub async fn find_identity(
        &self,
        site: SiteId,
        signed: &SignedIdentity,
    ) -> Result<Option<Identity>> {
        let Some(secret) = secret::find(self, site).await? else { return Ok(None) };
        let proved = prove(signed, &secret, self.now());
        Ok(proved.inspect_err(|why| tracing::debug!(%why, "an identity is not proved")).ok())
    }

    /// A page of the person's tickets, the newest first; `after`: where the page before ended.
    #[instrument(level = "debug", skip_all, fields(%site))]
    pub async fn own_tickets(
        &self,
        site: SiteId,
        who: &Identity,
        after: Option<TicketId>,
    ) -> Result<OwnTickets> {
        let (rows, after) = self.list_own_tickets(site, who, after).await?;
        Ok(OwnTickets { tickets: rows.into_iter().map(ListedTicket::into_ticket).collect(), after })
    }

    /// The same for a page that shows more of each; and where the next page begins, where there is one.
    #[instrument(level = "debug", skip_all, fields(%site))]
    pub async fn list_own_tickets(
        &self,
        site: SiteId,
        who: &Identity,
        after: Option<TicketId>,
    ) -> Result<(Vec<ListedTicket>, Option<TicketId>)> {
        let most = limits::OWN_TICKETS;
        let mut rows = read!(self.db(), c => sqlx::query_as::<_, OwnRow>(OWN)
            .bind(site.0)
            .bind(who.email_key())
            .bind(who.id())
            .bind(after.map_or(Uuid::max(), |after| after.0))
            .bind(i64::try_from(most + 1).expect("a page is small"))
            .fetch_all(c)
            .await)?;
        let has_more = rows.len() > most;
        rows.truncate(most);
        let after = rows.last().filter(|_| has_more).map(|row| TicketId(row.id));
        Ok((rows.into_iter().map(OwnRow::into_listed).collect(), after))
    }

    /// The person opens one of their tickets: its token and link. The ticket's address, where it is the person's, is
    /// proved by that.
    ///
    /// # Errors
    /// `NotFound` for a ticket that is not theirs, which is as if it were not there.
    #[instrument(level = "debug", skip_all, fields(%site))]
    pub async fn open_own_ticket(
        &self,
        site: SiteId,
        who: &Identity,
        number: &TicketNumber,
    ) -> Result<(TicketToken, String)> {
        let found: Option<(Uuid, i64)> = read!(self.db(), c => sqlx::query_as(FIND_OWN)
            .bind(&number.0)
            .bind(site.0)
            .bind(who.email_key())
            .bind(who.id())
            .fetch_optional(c)
            .await)?;
        let (ticket, version) = found.ok_or_else(Error::not_found)?;
        let visitor = Visitor { ticket: TicketId(ticket), site, link: LinkVersion(version) };
        self.confirm_signed_email(visitor, who).await?;
        Ok((self.ticket_token(visitor), self.ticket_link(number, visitor)))
    }
}

#[derive(sqlx::FromRow)]
struct OwnRow {
    id: Uuid,
    number: String,
    subject: Option<String>,
    preview: String,
    contact_name: Option<String>,
    created_at: i64,
    state: String,
    #[sqlx(try_from = "String")]
    category: Category,
    is_unread: bool,
}

impl OwnRow {
    fn into_listed(self) -> ListedTicket {
        ListedTicket {
            number: TicketNumber(self.number),
            about: self.subject.unwrap_or(self.preview),
            by: self.contact_name,
            created_at: Timestamp(self.created_at),
            state: TicketState { name: self.state, category: self.category },
            is_unread: self.is_unread,
        }
    }
}

/// One of a person's tickets.
#[derive(Clone, Debug)]
pub struct ListedTicket {
    pub number: TicketNumber,
    /// The subject, else the first words of what was last said.
    pub about: String,
    /// The name that was given with it.
    pub by: Option<String>,
    pub created_at: Timestamp,
    pub state: TicketState,
    /// An agent wrote what this person has not seen.
    pub is_unread: bool,
}

impl ListedTicket {
    fn into_ticket(self) -> OwnTicket {
        OwnTicket {
            number: self.number,
            about: self.about,
            is_closed: self.state.category == Category::Closed,
            is_unread: self.is_unread,
        }
    }
}

// Two walks of an index each, which end after a page (tickets_contact, tickets_identity).
statement!(
    OWN = "
    select
      t.id, t.number, t.subject, t.preview, t.contact_name, t.created_at, s.name as state, s.category,
      exists (
        select 1 from entries e
        where e.ticket_id = t.id and e.seq > t.visitor_seen and e.kind = 'agent') as is_unread
    from tickets t
    join states s on s.id = t.state_id
    where t.id in (
      select a.id from (
        select id from tickets
        where site_id = $1 and contact_key = $2 and not mail_stopped and id < $4
        order by id desc
        limit $5) as a
      union
      select b.id from (
        select id from tickets
        where site_id = $1 and identity = $3 and id < $4
        order by id desc
        limit $5) as b)
    order by t.id desc
    limit $5"
);

statement!(FIND_OWN = "
    select id, link_version from tickets
    where number = $1 and site_id = $2 and ((contact_key = $3 and not mail_stopped) or identity = $4)
    limit 1");
