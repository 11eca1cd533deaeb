//! Uploads come onto a message in the message's own transaction.

use crate::{
    Result,
    db::{Tx, run, statement},
};
use protocol::{Code, Field, FileId, Refusal, SiteId, TicketId, file::Attachment, limits};

statement!(
    ATTACH = "
    update files set ticket_id = $3
    where id = $1 and site_id = $2 and ticket_id is null
    returning name, media_type, bytes"
);

/// Puts uploads of this site that are on no message yet onto this one.
pub(crate) async fn attach(
    tx: &mut Tx,
    site: SiteId,
    ticket: TicketId,
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
            .bind(site.0)
            .bind(ticket.0)
            .fetch_optional(c)
            .await)?;
        let (name, media_type, bytes) =
            row.ok_or_else(|| Refusal::of(Field::Files, Code::NotFound))?;
        let bytes = u64::try_from(bytes).unwrap_or(0);
        attached.push(Attachment { id, name, media_type, bytes });
    }
    Ok(attached)
}
