//! Uploads come onto a message in the message's own transaction.

use super::Uploader;
use crate::{
    Desk, Result,
    db::{Tx, read, run, statement},
};
use protocol::{Code, EntryId, Field, FileId, Refusal, TicketId, file::Attachment, limits};

statement!(
    ATTACH = "
    update files set ticket_id = $5, entry_id = $6
    where id = $1 and site_id = $2 and ticket_id is not distinct from $3 and agent_id is not distinct from $4
      and entry_id is null
    returning name, media_type, bytes"
);

statement!(
    FIND = "
    select name, media_type, bytes from files
    where id = $1 and site_id = $2 and ticket_id is not distinct from $3 and agent_id is not distinct from $4
      and entry_id is null"
);

impl Desk {
    /// Those of these uploads that somebody stored and are on no message yet, as many as one takes.
    pub async fn find_uploads(&self, by: Uploader, files: &[FileId]) -> Result<Vec<Attachment>> {
        let mut found = Vec::new();
        for &id in files.iter().take(limits::FILES) {
            let row = read!(self.db(), c => sqlx::query_as::<_, (String, String, i64)>(FIND)
                .bind(id.0)
                .bind(by.site().0)
                .bind(by.ticket().map(|ticket| ticket.0))
                .bind(by.agent().map(|agent| agent.0))
                .fetch_optional(c)
                .await)?;
            found.extend(row.map(|row| attachment(id, row)));
        }
        Ok(found)
    }
}

fn attachment(id: FileId, (name, media_type, bytes): (String, String, i64)) -> Attachment {
    Attachment { id, name, media_type, bytes: u64::try_from(bytes).unwrap_or(0) }
}

/// Puts uploads that are on no message yet onto this one.
///
/// # Errors
/// `NotFound` also for what somebody else stored, or was stored for another ticket.
pub(crate) async fn attach(
    tx: &mut Tx,
    by: Uploader,
    (ticket, message): (TicketId, EntryId),
    files: &[FileId],
) -> Result<Vec<Attachment>> {
    if files.len() > limits::FILES {
        let refusal = Refusal::of(Field::Files, Code::TooManyFiles);
        return Err(refusal.limit(limits::FILES as u64).into());
    }
    let mut attached = Vec::with_capacity(files.len());
    for &id in files {
        let row = run!(tx, c => sqlx::query_as::<_, (String, String, i64)>(ATTACH)
            .bind(id.0)
            .bind(by.site().0)
            .bind(by.ticket().map(|ticket| ticket.0))
            .bind(by.agent().map(|agent| agent.0))
            .bind(ticket.0)
            .bind(message.0)
            .fetch_optional(c)
            .await)?;
        let row = row.ok_or_else(|| Refusal::of(Field::Files, Code::NotFound))?;
        attached.push(attachment(id, row));
    }
    Ok(attached)
}
