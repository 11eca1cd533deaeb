//! Uploads come onto a message in the message's own transaction.

use super::Uploader;
use crate::{
    Result,
    db::{Tx, run, statement},
};
use protocol::{Code, EntryId, Field, FileId, Refusal, TicketId, file::Attachment, limits};

statement!(
    ATTACH = "
    update files set ticket_id = $5, entry_id = $6
    where id = $1 and site_id = $2 and ticket_id is not distinct from $3 and agent_id is not distinct from $4
      and entry_id is null
    returning name, media_type, bytes"
);

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
        let (name, media_type, bytes) =
            row.ok_or_else(|| Refusal::of(Field::Files, Code::NotFound))?;
        let bytes = u64::try_from(bytes).unwrap_or(0);
        attached.push(Attachment { id, name, media_type, bytes });
    }
    Ok(attached)
}
