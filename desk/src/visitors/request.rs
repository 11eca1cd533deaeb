//! The Ayuda form: a help request.

use crate::{
    Desk, Error, Result,
    db::{Tx, retry, run, statement},
    mail::{AgentMail, Cause, VisitorMail, mail_agents, mail_visitor},
    people::Identity,
    sites::{Site, lists::in_use},
    tickets::{
        FormDigest, LockedTicket, NewRequest, entries,
        files::{self, Uploader, attach},
    },
    writer,
};
use protocol::{
    Code, Field, PageUrl, QueueId, Refusal, Seq, SiteId, TicketId, TicketNumber, Timestamp, TypeId,
    entry::AgentBody,
    form::Started,
    text::{PersonName, Subject},
};
use tracing::instrument;
use uuid::Uuid;

impl Desk {
    /// Opens a help request; mails the visitor number and link, tells the queue's agents. The same form again answers
    /// the first.
    ///
    /// # Errors
    /// `AlreadySent` for another form with its `id`.
    #[instrument(level = "debug", skip_all, fields(site = %site.key))]
    pub async fn open_request(&self, site: &Site, new: NewRequest) -> Result<Started> {
        self.open_request_of(site, new, None).await
    }

    /// The same of a type of the site's, in whose queue it is opened where the type has one.
    ///
    /// # Errors
    /// `Invalid` for a type that is not in use at the site.
    #[instrument(level = "debug", skip_all, fields(site = %site.key))]
    pub async fn open_request_of(
        &self,
        site: &Site,
        new: NewRequest,
        ticket_type: Option<TypeId>,
    ) -> Result<Started> {
        self.check_in_use(site.id)?;
        let mut kind = Kind { id: None, queue: site.queue_for(new.queue)? };
        if let Some(TypeId(id)) = ticket_type {
            let known = in_use(&site.lists.types).find(|known| known.id == id);
            let known = known.ok_or_else(|| Refusal::of(Field::Type, Code::Invalid))?;
            let is_in_use = |queue: &QueueId| site.queues.iter().any(|known| known.id == *queue);
            kind = Kind { id: Some(id), queue: known.of.filter(is_in_use).or(kind.queue) };
        }
        let (ticket, now) = (TicketId(self.clock().new_id()), self.now());
        let (ticket, number, seq) =
            retry!({ self.insert_request(site, &new, &kind, ticket, now).await })?;
        Ok(self.started((ticket, site.id), number, new.id, seq))
    }

    async fn insert_request(
        &self,
        site: &Site,
        new: &NewRequest,
        kind: &Kind,
        ticket: TicketId,
        now: Timestamp,
    ) -> Result<(TicketId, TicketNumber, Seq)> {
        let mut tx = self.begin().await?;
        if let Some(first) = find(&mut tx, site.id, new).await? {
            return Ok(first);
        }
        let taken = writer::numbers(&mut tx, site.id, 1).await?.ok_or_else(Error::not_found)?;
        let number = site.prefix.number(taken.last);
        let contact = new.contact();
        let added = run!(tx, c => sqlx::query(ADD)
            .bind(ticket.0)
            .bind(site.id.0)
            .bind(new.id.0)
            .bind(&number.0)
            .bind(kind.queue.map(|queue| queue.0))
            .bind(taken.state)
            .bind(new.name.as_ref().map(PersonName::as_str))
            .bind(new.email.as_str())
            .bind(new.subject.as_ref().map(Subject::as_str))
            .bind(new.page.as_ref().map(PageUrl::as_str))
            .bind(&new.lang)
            .bind(new.zone.as_deref())
            .bind(now.0)
            .bind(new.client.as_ref().map(|client| client.hashed(&self.0.secret)))
            .bind(new.digest().as_bytes())
            .bind(contact.key)
            .bind(new.identity.as_ref().and_then(Identity::id))
            .bind(contact.is_proved)
            .bind(taken.priority)
            .bind(kind.id)
            .execute(c)
            .await
            .map(|done| done.rows_affected()))?;
        if added == 0 {
            // Another node opened it in the meantime: the next try finds it.
            return Err(Error::Conflict);
        }
        let mut locked = LockedTicket::lock(&mut tx, ticket, &[site.id]).await?;
        let by = Uploader::Form(site.id);
        let files = attach(&mut tx, by, (ticket, new.id), &new.files).await?;
        let message = AgentBody::Visitor { text: new.text.as_str().to_owned(), files };
        let receipt = locked.add_as(&mut tx, new.id, now, message).await?;
        let received = VisitorMail::RequestReceived { why: None };
        mail_visitor(&mut tx, self, &mut locked, received, Cause::Visitor, now).await?;
        mail_agents(&mut tx, self, &locked, AgentMail::Request, receipt.seq, now).await?;
        locked.save(&mut tx).await?;
        self.commit(tx).await?;
        self.0.ticket_sites.add(ticket, site.id);
        Ok((ticket, number, receipt.seq))
    }
}

/// Where a request belongs.
struct Kind {
    /// Its type.
    id: Option<Uuid>,
    queue: Option<QueueId>,
}

statement!(ADD = "
    insert into tickets (
      id, site_id, start_id, number, queue_id, state_id, contact_name, contact_email,
      subject, page, lang, zone, created_at, request_at, last_at, client, start_digest,
      contact_key, identity, contact_verified, priority_id, type_id, mail_stopped, transcript_asked, last_seq, visitor_seen, agent_seen, mailed_upto, unread, preview)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $13, $13, $14, $15, $16, $17, $18, $19, $20, false, false, 0, 0, 0, 0, 0, '')
    on conflict do nothing");

statement!(
    FIND = "
    select t.id, t.number, t.start_digest
    from tickets t
    where t.site_id = $1 and t.start_id = $2"
);

/// The ticket that this form opened before.
///
/// # Errors
/// `AlreadySent` when another form with its id opened it.
async fn find(
    tx: &mut Tx,
    site: SiteId,
    new: &NewRequest,
) -> Result<Option<(TicketId, TicketNumber, Seq)>> {
    let row = run!(tx, c => sqlx::query_as::<_, (Uuid, String, Vec<u8>)>(FIND)
        .bind(site.0)
        .bind(new.id.0)
        .fetch_optional(c)
        .await)?;
    let Some((ticket, number, digest)) = row else { return Ok(None) };
    FormDigest::stored(digest)?.check(new.digest())?;
    let ticket = TicketId(ticket);
    let first = entries::find(tx, ticket, new.id).await?.ok_or_else(Error::not_found)?;
    if let AgentBody::Visitor { files, .. } = &first.body
        && files::are_same(tx, site, files, &new.files).await?
    {
        return Ok(Some((ticket, TicketNumber(number), first.seq)));
    }
    Err(Refusal::new(Code::AlreadySent).into())
}
