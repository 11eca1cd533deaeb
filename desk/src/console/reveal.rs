//! One field is looked at unmasked.

use crate::{
    Desk, Error, Result,
    db::{Tx, retry, run, statement},
    people::{Agent, permission::Action},
    tickets::{LockedTicket, contact, entries},
};
use protocol::{
    ContactFieldId, EntryId, Seq, TicketId,
    agent::{Revealable, Sight},
    entry::AgentBody,
};
use tracing::instrument;

impl Desk {
    /// What a field of the ticket says, or that entry, or the owner's field `own` of its contact, to somebody who reads it masked: with an entry that says
    /// who looked at what. To somebody who reads it anyway it is told without one.
    ///
    /// # Errors
    /// `NotFound` for what the agent does not see and for a field that is empty; `Forbidden` below a supervisor.
    #[instrument(level = "debug", skip_all, fields(agent = %agent.id, %ticket, %field))]
    pub async fn reveal(
        &self,
        agent: &Agent,
        ticket: TicketId,
        field: Revealable,
        (entry, own): (Option<EntryId>, Option<ContactFieldId>),
    ) -> Result<String> {
        let (id, now) = (self.clock().new_entry_id(), self.now());
        retry!({
            let mut tx = self.begin().await?;
            let mut locked = LockedTicket::lock_for(&mut tx, ticket, agent, Action::Reveal).await?;
            let found = match (field, own) {
                (Revealable::Own, Some(own)) => {
                    let (_, mut noted) = contact::read_held(&mut tx, locked.id).await?;
                    noted.remove(&own.0).map(|value| (value, None))
                }
                _ => value(&mut tx, &locked, field, entry).await?,
            };
            let (value, seq) = found.ok_or_else(Error::not_found)?;
            if self.sight(agent, locked.site) == Sight::Masked {
                let (agent, name) = (agent.id, agent.name.clone());
                let site = self.find_site_by_id(locked.site).ok_or_else(Error::not_found)?;
                let fields = &site.lists.contact_fields;
                let own = own.and_then(|own| fields.iter().find(|field| field.id == own.0));
                let own = own.map(|field| field.name.clone());
                let revealed = AgentBody::Revealed { agent, name, field, seq, own };
                locked.add_as(&mut tx, id, now, revealed).await?;
                locked.save(&mut tx).await?;
                self.commit(tx).await?;
            }
            Ok(value)
        })
    }
}

statement!(FIELDS = "select subject, page from tickets where id = $1");

async fn value(
    tx: &mut Tx,
    locked: &LockedTicket,
    field: Revealable,
    entry: Option<EntryId>,
) -> Result<Option<(String, Option<Seq>)>> {
    if field == Revealable::Entry {
        let Some(entry) = entry else { return Ok(None) };
        let found = entries::find(tx, locked.id, entry).await?;
        return Ok(found.map(|entry| (words(entry.body), Some(entry.seq))));
    }
    let (subject, page) = run!(tx, c => sqlx::query_as::<_, (Option<String>, Option<String>)>(FIELDS)
        .bind(locked.id.0)
        .fetch_one(c)
        .await)?;
    let value = match field {
        Revealable::Name => locked.name.clone(),
        Revealable::Email => locked.email.clone(),
        Revealable::Phone => contact::read_held(tx, locked.id).await?.0,
        Revealable::Subject => subject,
        Revealable::Page => page,
        Revealable::Entry | Revealable::Own => None,
    };
    Ok(value.map(|value| (value, None)))
}

/// All that people wrote in an entry, each on a line.
fn words(mut body: AgentBody) -> String {
    let mut words = Vec::new();
    if let AgentBody::ChatStarted { page: Some(page) } = &body {
        words.push(page.to_string());
    }
    body.each_text(&mut |text| words.push(text.clone()));
    words.retain(|text| !text.is_empty());
    words.join("\n")
}
