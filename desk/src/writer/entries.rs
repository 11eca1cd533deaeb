//! The rows of entries, many at once.

use crate::{
    Error, Result,
    db::{MAX_ROWS, Rows, Tx, rows, run},
    live::Event,
    tickets::entries,
};
use protocol::{EntryId, TicketId, entry::AgentEntry};
use uuid::Uuid;

rows!(
    ADD_ENTRIES = "insert into entries (ticket_id, seq, id, at, kind, agent_id, body) values ",
    "?, ?, ?, ?, ?, ?, ?",
    " on conflict do nothing returning position, id"
);

/// Stores entries at places that their tickets' rows have handed out, and publishes each.
pub(super) async fn add_entries(tx: &mut Tx, entries: Vec<(TicketId, AgentEntry)>) -> Result<()> {
    for entries in entries.chunks(MAX_ROWS) {
        let bodies = entries::stored_all(entries);
        let (text, size) = ADD_ENTRIES.text(tx, entries.len());
        let added: Vec<(i64, Uuid)> = run!(tx, c => {
            let query = sqlx::query_as(text);
            bind_entries!(query, Rows::filled(&bodies, size)).fetch_all(c).await
        })?;
        // Another node stored one of them in the meantime: the next try finds it.
        if added.len() != entries.len() {
            return Err(Error::Conflict);
        }
        if let Some(&(position, id)) = added.first() {
            tx.has_added(EntryId(id), position);
        }
    }
    for (ticket, entry) in entries {
        tx.publish(entry_event(ticket, entry));
    }
    Ok(())
}

/// The event of a stored entry.
pub(super) fn entry_event(ticket: TicketId, entry: AgentEntry) -> Event {
    Event::Entry { ticket, visitor: entries::visitor_view(&entry), agent: entry }
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
