//! Who asks: read with what they asked before, and changed by agents.
//!
//! A ticket's address is the first one that its visitor gives, and is changed by whoever proves the former or the new
//! one. What an agent puts in its place waits until the owner of that address has confirmed it.

use crate::{
    Desk, Error, Result,
    db::{Tx, read, retry, statement},
    mail::{Cause, VisitorMail, mail_claimed, mail_visitor, outbound::unseen},
    people::{
        Agent, email_key,
        permission::{Action, On, may, sees},
    },
    sites::{Site, lists::find},
    tickets::{LockedTicket, contact},
};
use protocol::{
    Code, ContactFieldId, Field, Refusal, TicketId, TicketNumber, Timestamp,
    agent::{ForAgent, Sight},
    contact::{Contact, ContactCard, ContactField, EarlierTicket},
    entry::{AgentBody, Category, TicketState},
    limits,
    masking::{Preview, mask},
    properties::{Change, Given, Property},
    text::{ContactValue, EmailAddress, PersonName, Phone},
};
use tracing::instrument;
use uuid::Uuid;

/// What is known of a contact is to become; what is not named stays as it is.
#[derive(Clone, Debug, Default)]
pub struct ContactChanges {
    pub name: Given<PersonName>,
    /// Nothing: the address that waits to be confirmed is not to be the ticket's.
    pub email: Given<EmailAddress>,
    pub phone: Given<Phone>,
    /// By the owner's fields; none: the field is to hold nothing.
    pub fields: Vec<(ContactFieldId, Option<ContactValue>)>,
}

impl Desk {
    /// Changes what is known of a ticket's contact in one step, with one entry that says what became of it. The first
    /// address of a ticket is noted as a claim, and another one waits for its owner; either is mailed the button that
    /// proves it. What is so already is no change.
    ///
    /// # Errors
    /// `NotFound` for a ticket that the agent does not see; `Forbidden` where they may not change it, and with its field
    /// for what they read masked; `SiteRemoved`; `Required` for an address that is to be taken away; `Invalid` for a
    /// field that is not in use at the site.
    #[instrument(level = "debug", skip_all, fields(agent = %agent.id, %ticket))]
    pub async fn change_contact(
        &self,
        agent: &Agent,
        ticket: TicketId,
        changes: &ContactChanges,
    ) -> Result<()> {
        let now = self.now();
        retry!({
            let mut tx = self.begin().await?;
            let mut locked = LockedTicket::lock_for(&mut tx, ticket, agent, Action::Change).await?;
            self.check_in_use(locked.site)?;
            let site = self.find_site_by_id(locked.site).ok_or_else(Error::not_found)?;
            let mut edit = Edit { sight: self.sight(agent, site.id), changes: Vec::new() };

            let name = locked.name.take();
            locked.name = edit.text(Field::Name, Property::Name, name, &changes.name)?;
            let mailed = edit.email(&mut locked, &changes.email)?;
            change_noted(&mut tx, &site, ticket, changes, &mut edit).await?;
            if edit.changes.is_empty() {
                return Ok(());
            }

            let (agent, name) = (agent.id, agent.name.clone());
            let entry = AgentBody::Changed { agent, name, changes: edit.changes };
            locked.add(&mut tx, self, now, entry).await?;
            match mailed {
                Some(Mailed::First) => {
                    unseen::address_is_known(&mut tx, self, &locked).await?;
                    let (mail, cause) = (VisitorMail::NewAddress, Cause::Desk);
                    mail_visitor(&mut tx, self, &mut locked, mail, cause, now).await?;
                }
                Some(Mailed::Claimed) => mail_claimed(&mut tx, self, &mut locked, now).await?,
                None => {}
            }
            locked.save(&mut tx).await?;
            self.commit(tx).await
        })
    }

    /// Who asks on a ticket, with what agents noted of them and, where it is proved who it is, their other tickets
    /// that the agent sees.
    ///
    /// # Errors
    /// `NotFound` for a ticket that the agent does not see.
    #[instrument(level = "debug", skip_all, fields(agent = %agent.id, %ticket))]
    pub async fn contact(&self, agent: &Agent, ticket: TicketId) -> Result<ForAgent<ContactCard>> {
        let site = self.check_ticket(agent, Action::See, ticket).await?;
        let on = self.find_place(ticket).await?.ok_or_else(Error::not_found)?;
        let on = self.with_mention(agent, ticket, on).await?;
        let row = read!(self.db(), c => sqlx::query_as::<_, Row>(READ)
            .bind(ticket.0)
            .bind(site.id.0)
            .fetch_optional(c)
            .await)?;
        let row = row.ok_or_else(Error::not_found)?;
        let values = contact::fields(self, ticket).await?;
        let fields = site.lists.contact_fields.iter();
        let fields =
            fields.filter(|field| field.retired_at.is_none() || values.contains_key(&field.id));
        let fields = fields.map(|field| ContactField {
            id: ContactFieldId(field.id),
            name: field.name.clone(),
            value: values.get(&field.id).cloned(),
        });
        let is_proved = row.contact_verified && !row.mail_stopped || row.identity.is_some();
        let mut earlier = if is_proved {
            self.earlier_tickets(agent, &on, ticket, &row).await?
        } else {
            Vec::new()
        };
        let has_more = earlier.len() > limits::EARLIER_TICKETS;
        earlier.truncate(limits::EARLIER_TICKETS);
        let card = ContactCard {
            claimed_email: row.claimed_email,
            mail_stopped: row.mail_stopped,
            phone: row.contact_phone,
            fields: fields.collect(),
            is_proved,
            earlier,
            has_more,
            may_change: site.removed_at.is_none() && may(agent, Action::Change, &on),
            contact: Contact {
                name: row.contact_name,
                email: row.contact_email,
                verified: row.contact_verified,
            },
        };
        Ok(self.show(agent, site.id, card))
    }

    /// One more than an answer takes, where there are so many.
    async fn earlier_tickets(
        &self,
        agent: &Agent,
        on: &On,
        ticket: TicketId,
        row: &Row,
    ) -> Result<Vec<EarlierTicket>> {
        let key = row.contact_key.as_ref().filter(|_| row.contact_verified && !row.mail_stopped);
        let most = limits::EARLIER_TICKETS + 1;
        let rows = read!(self.db(), c => sqlx::query_as::<_, EarlierRow>(EARLIER)
            .bind(agent.id.0)
            .bind(on.site.0)
            .bind(key)
            .bind(&row.identity)
            .bind(ticket.0)
            .bind(i64::try_from(most).expect("an answer is small"))
            .fetch_all(c)
            .await)?;
        let earlier = rows.into_iter().map(|row| {
            let preview = Preview { text: row.preview, masked: row.preview_masked };
            let preview = || self.show_preview(agent, on.site, &preview).into_inner();
            EarlierTicket {
                ticket: TicketId(row.id),
                number: TicketNumber(row.number),
                about: row.subject.unwrap_or_else(preview),
                state: TicketState { name: row.state_name, category: row.category },
                created_at: Timestamp(row.created_at),
            }
        });
        Ok(earlier.collect())
    }
}

/// What is mailed to an address because of a change.
enum Mailed {
    /// It is the ticket's first one.
    First,
    /// It waits for its owner.
    Claimed,
}

/// A change under way: how the agent reads what is there, and what became of it.
struct Edit {
    sight: Sight,
    changes: Vec<Change>,
}

impl Edit {
    /// Whoever reads it masked would put what they read in its place.
    fn check_sight(&self, field: Field, stored: Option<&str>) -> Result<()> {
        let is_masked = |text: &str| self.sight == Sight::Masked && mask(text) != *text;
        if stored.is_some_and(is_masked) {
            return Err(Refusal::of(field, Code::Forbidden).into());
        }
        Ok(())
    }

    /// What a text is from now on.
    fn text<T: Clone + Into<String>>(
        &mut self,
        field: Field,
        what: Property,
        was: Option<String>,
        given: &Given<T>,
    ) -> Result<Option<String>> {
        let to = match given.clone() {
            Given::Same => return Ok(was),
            Given::Nothing => None,
            Given::Value(text) => Some(text.into()),
        };
        if to != was {
            self.check_sight(field, was.as_deref())?;
            self.changes.push(Change::of(what, was, to.clone()));
        }
        Ok(to)
    }

    /// The address of the ticket, or the one that waits for its owner.
    fn email(
        &mut self,
        locked: &mut LockedTicket,
        given: &Given<EmailAddress>,
    ) -> Result<Option<Mailed>> {
        let is = |known: Option<&str>, email: &EmailAddress| {
            known.is_some_and(|known| email_key(known) == email_key(email.as_str()))
        };
        let to = match given {
            Given::Same => return Ok(None),
            Given::Nothing if locked.email.is_none() => return Ok(None),
            Given::Nothing => return Err(Refusal::of(Field::Email, Code::Required).into()),
            Given::Value(email) if is(locked.claimed_email.as_deref(), email) => return Ok(None),
            // Back to the one that is there.
            Given::Value(email) if is(locked.email.as_deref(), email) => None,
            Given::Value(email) => Some(email.as_str().to_owned()),
        };
        if locked.email.is_none() {
            self.changes.push(Change::of(Property::Email, None, to.clone()));
            locked.email = to;
            return Ok(Some(Mailed::First));
        }
        let from = locked.claimed_email.take();
        if from == to {
            return Ok(None);
        }
        self.check_sight(Field::Email, locked.email.as_deref())?;
        self.changes.push(Change::of(Property::ClaimedEmail, from, to.clone()));
        locked.claimed_email = to;
        Ok(locked.claimed_email.is_some().then_some(Mailed::Claimed))
    }
}

/// The telephone number and the owner's fields.
async fn change_noted(
    tx: &mut Tx,
    site: &Site,
    ticket: TicketId,
    changes: &ContactChanges,
    edit: &mut Edit,
) -> Result<()> {
    let (was, values) = contact::read_held(tx, ticket).await?;
    let phone = edit.text(Field::Phone, Property::Phone, was.clone(), &changes.phone)?;
    if phone != was {
        contact::set_phone(tx, ticket, phone.as_deref()).await?;
    }
    for (id, value) in &changes.fields {
        let was = values.get(&id.0);
        let value = value.as_ref().map(ContactValue::as_str);
        if value == was.map(String::as_str) {
            continue;
        }
        let field = find(&site.lists.contact_fields, id.0);
        // What a retired field holds can be corrected.
        let field = field.filter(|field| field.retired_at.is_none() || was.is_some());
        let field = field.ok_or(Refusal::of(Field::ContactFields, Code::Invalid))?;
        edit.check_sight(Field::ContactFields, was.map(String::as_str))?;
        edit.changes.push(Change {
            name: Some(field.name.clone()),
            ..Change::of(Property::ContactField, was.cloned(), value.map(ToOwned::to_owned))
        });
        contact::set_field(tx, ticket, id.0, value).await?;
    }
    Ok(())
}

#[derive(sqlx::FromRow)]
struct Row {
    contact_name: Option<String>,
    contact_email: Option<String>,
    contact_key: Option<String>,
    contact_verified: bool,
    contact_phone: Option<String>,
    claimed_email: Option<String>,
    identity: Option<String>,
    mail_stopped: bool,
}

#[derive(sqlx::FromRow)]
struct EarlierRow {
    id: Uuid,
    number: String,
    subject: Option<String>,
    preview: String,
    preview_masked: Option<String>,
    state_name: String,
    #[sqlx(try_from = "String")]
    category: Category,
    created_at: i64,
}

statement!(
    READ = "
    select
      contact_name, contact_email, contact_key, contact_verified, contact_phone, claimed_email, identity, mail_stopped
    from tickets where id = $1 and site_id = $2"
);

// Two walks of an index each (tickets_contact, tickets_identity), as far as anybody looks back.
statement!(
    EARLIER = concat!(
        "select t.id, t.number, t.subject, t.preview, t.preview_masked, s.name as state_name, s.category, t.created_at
         from tickets t
         join states s on s.id = t.state_id
         left join chats c on c.id = t.chat_id
         where t.id in (
           select a.id from (
             select id from tickets
             where site_id = $2 and contact_key = $3 and contact_verified and not mail_stopped and id <> $5
             order by id desc
             limit 200) as a
           union
           select b.id from (
             select id from tickets
             where site_id = $2 and identity = $4 and id <> $5
             order by id desc
             limit 200) as b) and ",
        sees!(),
        "order by t.id desc
         limit $6"
    )
);
