//! What agents note of a ticket's contact, as it is stored: the telephone number and the owner's fields.

use crate::{
    Desk, Result,
    db::{Tx, read, run, statement},
};
use protocol::TicketId;
use std::collections::HashMap;
use uuid::Uuid;

/// A telephone number, and by field what it holds.
pub(crate) type Noted = (Option<String>, HashMap<Uuid, String>);

statement!(PHONE = "select contact_phone from tickets where id = $1");
statement!(SET_PHONE = "update tickets set contact_phone = $2 where id = $1");
statement!(FIELDS = "select field_id, value from ticket_contact where ticket_id = $1");
statement!(
    PUT_FIELD = "
    insert into ticket_contact (ticket_id, field_id, value) values ($1, $2, $3)
    on conflict (ticket_id, field_id) do update set value = excluded.value"
);
statement!(REMOVE_FIELD = "delete from ticket_contact where ticket_id = $1 and field_id = $2");

/// What is noted on a ticket that this transaction holds.
pub(crate) async fn read_held(tx: &mut Tx, ticket: TicketId) -> Result<Noted> {
    let phone = run!(tx, c => sqlx::query_scalar::<_, Option<String>>(PHONE)
        .bind(ticket.0)
        .fetch_one(c)
        .await)?;
    let fields = run!(tx, c => sqlx::query_as::<_, (Uuid, String)>(FIELDS)
        .bind(ticket.0)
        .fetch_all(c)
        .await)?;
    Ok((phone, fields.into_iter().collect()))
}

/// What the owner's fields hold.
pub(crate) async fn fields(desk: &Desk, ticket: TicketId) -> Result<HashMap<Uuid, String>> {
    let fields = read!(desk.db(), c => sqlx::query_as::<_, (Uuid, String)>(FIELDS)
        .bind(ticket.0)
        .fetch_all(c)
        .await)?;
    Ok(fields.into_iter().collect())
}

/// Writes the telephone number.
pub(crate) async fn set_phone(tx: &mut Tx, ticket: TicketId, phone: Option<&str>) -> Result<()> {
    run!(tx, c => sqlx::query(SET_PHONE)
        .bind(ticket.0)
        .bind(phone)
        .execute(c)
        .await
        .map(|_| ()))?;
    Ok(())
}

/// Writes what a field holds; none: nothing.
pub(crate) async fn set_field(
    tx: &mut Tx,
    ticket: TicketId,
    field: Uuid,
    value: Option<&str>,
) -> Result<()> {
    let Some(value) = value else {
        run!(tx, c => sqlx::query(REMOVE_FIELD)
            .bind(ticket.0)
            .bind(field)
            .execute(c)
            .await
            .map(|_| ()))?;
        return Ok(());
    };
    run!(tx, c => sqlx::query(PUT_FIELD)
        .bind(ticket.0)
        .bind(field)
        .bind(value)
        .execute(c)
        .await
        .map(|_| ()))?;
    Ok(())
}
