//! The rows of entries, many at once.

use crate::{
    Error, Result,
    db::{Conn, MAX_ROWS, Rows, Tx, rows},
    tickets::entries,
};
use protocol::{EntryId, TicketId, entry::AgentEntry};
use uuid::Uuid;

rows!(
    ADD_SQLITE for Sqlite = "insert into entries (ticket_id, seq, id, at, kind, agent_id, body) values ",
    "?, ?, ?, ?, ?, ?, ?",
    " on conflict do nothing"
);
rows!(
    ADD_POSTGRES for Postgres = "insert into entries (ticket_id, seq, id, at, kind, agent_id, body) values ",
    "?, ?, ?, ?, ?, ?, ?",
    " on conflict do nothing returning position, id"
);

/// Stores entries at places that their tickets' rows have handed out, and publishes each.
pub(super) async fn add_entries(tx: &mut Tx, entries: Vec<(TicketId, AgentEntry)>) -> Result<()> {
    for entries in entries.chunks(MAX_ROWS) {
        let bodies = entries::stored_all(entries);
        let added = match &mut tx.conn {
            Conn::Sqlite(transaction) => {
                let (text, size) = ADD_SQLITE.sqlite_text(entries.len());
                let query = bind_entries!(sqlx::query(text), Rows::filled(&bodies, size));
                query.execute(&mut **transaction).await?.rows_affected()
            }
            Conn::Postgres(transaction) => {
                let (text, size) = ADD_POSTGRES.postgres_text(entries.len());
                let query = bind_entries!(sqlx::query_as(text), Rows::filled(&bodies, size));
                let added: Vec<(i64, Uuid)> = query.fetch_all(&mut **transaction).await?;
                if let Some(&(position, id)) = added.first() {
                    tx.has_added(EntryId(id), position);
                }
                added.len() as u64
            }
        };
        // Another node stored one of them in the meantime: the next try finds it.
        if added != entries.len() as u64 {
            return Err(Error::Conflict);
        }
    }
    for (ticket, entry) in entries {
        tx.publish(entries::event(ticket, entry));
    }
    Ok(())
}

/// Binds the columns of `entries` for each of [`entries::stored_all`]: the same for either engine.
macro_rules! bind_entries {
    ($query:expr, $entries:expr) => {{
        let mut query = $query;
        for (ticket, entry, body) in $entries {
            query = query
                .bind(ticket.0)
                .bind(entry.seq.0)
                .bind(entry.id.0)
                .bind(entry.at.0)
                .bind($crate::tickets::entries::kind(&entry.body).as_text())
                .bind($crate::tickets::entries::agent_of(&entry.body).map(|agent| agent.0))
                .bind(body.as_str());
        }
        query
    }};
}
pub(super) use bind_entries;
