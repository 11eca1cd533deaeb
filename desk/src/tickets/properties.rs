//! A ticket's properties as they are stored.

use crate::{
    Desk, Result,
    db::{MAX_ROWS, Rows, Tx, read, rows, run, statement},
};
use protocol::TicketId;
use std::collections::HashMap;
use uuid::Uuid;

/// Those that no rule of a chat goes by, as they are or as they are to be.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub(crate) struct Stored {
    pub(crate) priority_id: Uuid,
    pub(crate) type_id: Option<Uuid>,
    pub(crate) subject: Option<String>,
    pub(crate) requirement: Option<String>,
    pub(crate) observations: Option<String>,
}

statement!(
    READ = "select priority_id, type_id, subject, requirement, observations from tickets where id = $1"
);
statement!(
    SAVE = "
    update tickets set priority_id = $2, type_id = $3, subject = $4, requirement = $5, observations = $6 where id = $1"
);
statement!(TAGS = "select tag_id from ticket_tags where ticket_id = $1");
statement!(
    ADD_TAG = "insert into ticket_tags (ticket_id, tag_id) values ($1, $2) on conflict do nothing"
);
statement!(REMOVE_TAG = "delete from ticket_tags where ticket_id = $1 and tag_id = $2");
rows!(
    TAGS_OF = "select g.ticket_id, g.tag_id from (values ",
    "?uuid",
    ") as v join ticket_tags g on g.ticket_id = v.column1"
);

/// The properties and the tags of a ticket that this transaction holds.
pub(crate) async fn read_held(tx: &mut Tx, ticket: TicketId) -> Result<(Stored, Vec<Uuid>)> {
    let stored = run!(tx, c => sqlx::query_as::<_, Stored>(READ)
        .bind(ticket.0)
        .fetch_one(c)
        .await)?;
    let tags = run!(tx, c => sqlx::query_scalar::<_, Uuid>(TAGS)
        .bind(ticket.0)
        .fetch_all(c)
        .await)?;
    Ok((stored, tags))
}

/// The properties as they are; none of a ticket that is gone.
pub(crate) async fn find(desk: &Desk, ticket: TicketId) -> Result<Option<Stored>> {
    Ok(read!(desk.db(), c => sqlx::query_as::<_, Stored>(READ)
        .bind(ticket.0)
        .fetch_optional(c)
        .await)?)
}

/// Writes them.
pub(crate) async fn save(tx: &mut Tx, ticket: TicketId, stored: &Stored) -> Result<()> {
    run!(tx, c => sqlx::query(SAVE)
        .bind(ticket.0)
        .bind(stored.priority_id)
        .bind(stored.type_id)
        .bind(&stored.subject)
        .bind(&stored.requirement)
        .bind(&stored.observations)
        .execute(c)
        .await
        .map(|_| ()))?;
    Ok(())
}

/// Gives the ticket these tags, and takes away all others.
pub(crate) async fn set_tags(
    tx: &mut Tx,
    ticket: TicketId,
    before: &[Uuid],
    after: &[Uuid],
) -> Result<()> {
    for (statement, from, other) in [(REMOVE_TAG, before, after), (ADD_TAG, after, before)] {
        for tag in from.iter().filter(|tag| !other.contains(tag)) {
            run!(tx, c => sqlx::query(statement)
                .bind(ticket.0)
                .bind(tag)
                .execute(c)
                .await
                .map(|_| ()))?;
        }
    }
    Ok(())
}

/// The tags of tickets, without those that have none. Where no site has tags, nobody is asked.
pub(crate) async fn tags_of(desk: &Desk, tickets: &[Uuid]) -> Result<HashMap<Uuid, Vec<Uuid>>> {
    let mut all: HashMap<Uuid, Vec<Uuid>> = HashMap::new();
    if desk.0.sites.now().sites.iter().all(|site| site.lists.tags.is_empty()) {
        return Ok(all);
    }
    for part in tickets.chunks(MAX_ROWS) {
        let (text, size) = TAGS_OF.text_to_read(desk.db(), part.len());
        let rows = read!(desk.db(), c => {
            let mut query = sqlx::query_as::<_, (Uuid, Uuid)>(text);
            for ticket in Rows::filled(part, size) {
                query = query.bind(*ticket);
            }
            query.fetch_all(c).await
        })?;
        for (ticket, tag) in rows {
            let tags = all.entry(ticket).or_default();
            // The last ticket may have been asked for twice.
            if !tags.contains(&tag) {
                tags.push(tag);
            }
        }
    }
    Ok(all)
}
