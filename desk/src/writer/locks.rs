//! Which tickets of a batch are locked before it is written: several processes write to one PostgreSQL.

use super::{
    cache::TicketCache,
    command::{Command, ReadMark},
};
use crate::{
    Desk, Result,
    db::{Conn, Rows, Tx, rows},
};
use protocol::TicketId;
use std::collections::BTreeSet;

// In one order, so that two nodes whose batches meet wait for each other, and never each for the other.
rows!(
    LOCK for Postgres = "select t.id from (values ",
    "?uuid",
    ") as v
     join tickets t on t.id = v.column1
     order by t.id
     for update of t"
);

/// Locks all tickets of the batch, in one order: where one of them is read first, so that what was read holds until the
/// commit, and where another process may lock the same ones the other way round. On SQLite nobody else writes.
pub(super) async fn lock(
    tx: &mut Tx,
    desk: &Desk,
    batch: &[Command],
    cache: &TicketCache,
) -> Result<()> {
    let Conn::Postgres(transaction) = &mut tx.conn else { return Ok(()) };
    let mut tickets = BTreeSet::new();
    let mut is_read = false;
    for command in batch {
        match command {
            Command::Post(post, _) => {
                is_read |= cache.find(post.ticket).is_none();
                tickets.insert(post.ticket);
            }
            Command::MarkRead(ReadMark { ticket, .. }, _) => {
                tickets.insert(*ticket);
            }
            _ => {}
        }
    }
    if !is_read && (tickets.len() < 2 || !desk.0.nodes.has_others()) {
        return Ok(());
    }
    let tickets: Vec<TicketId> = tickets.into_iter().collect();
    let (text, size) = LOCK.postgres_text(tickets.len());
    let mut query = sqlx::query(text);
    for ticket in Rows::filled(&tickets, size) {
        query = query.bind(ticket.0);
    }
    query.execute(&mut **transaction).await?;
    Ok(())
}
