//! A message whose id is known: the same message has its receipt again, another one is refused, so that its sender
//! keeps it (`behaviours.md`, Delivery 1).

use super::{entries, files, locked::LockedTicket, message::Message};
use crate::{
    Result,
    db::{Receipt, Tx},
};
use protocol::{AgentId, Code, Refusal, entry::AgentBody, file::Attachment};

/// The receipt of a message that is stored already. No author: the ticket's visitor.
///
/// # Errors
/// `AlreadySent` when what is stored under its id is not the same: another author's, or with other words or files.
pub(crate) async fn find_receipt(
    tx: &mut Tx,
    locked: &LockedTicket,
    author: Option<AgentId>,
    sent: Message<'_>,
) -> Result<Option<Receipt>> {
    let Some(first) = entries::find(tx, locked.id, sent.id).await? else { return Ok(None) };
    if let Some(files) = files_of_same(&first.body, author, sent.text)
        && files::are_same(tx, locked.site, files, sent.files).await?
    {
        return Ok(Some(Receipt { id: sent.id, seq: first.seq, at: first.at }));
    }
    Err(Refusal::new(Code::AlreadySent).into())
}

/// The files of a stored message by this author with these words; none when it is another one.
pub(crate) fn files_of_same<'a>(
    stored: &'a AgentBody,
    author: Option<AgentId>,
    words: &str,
) -> Option<&'a [Attachment]> {
    match stored {
        AgentBody::Visitor { text, files } if author.is_none() && text == words => Some(files),
        AgentBody::Agent { agent, text, files, .. } if author == Some(*agent) && text == words => {
            Some(files)
        }
        _ => None,
    }
}
