//! What a visitor writes.

use crate::{
    Desk, Result,
    db::{retry, run_detached},
    live::Receipt,
    mail::{AgentMail, mail_agents},
    tickets::{
        LockedTicket, Message, Visitor,
        files::{Uploader, attach},
        repeat,
    },
    writer::{Post, Posted, Sender, Turn},
};
use protocol::{
    Code, EntryId, Field, FileId, Refusal,
    entry::{AgentBody, Category},
    text::{ChatText, FormText, is_blank},
};
use tracing::instrument;

impl Desk {
    /// A chat message: committed when it answers. Into a running or waiting chat; on a help request or an ended chat it
    /// is a reply (reopens a closed ticket, tells agents by mail). Text may be empty when there are files.
    ///
    /// # Errors
    /// Refusals of the text or of its files, `NotFound`, and `AlreadySent` for another message under a known id are for
    /// good; any other error leaves the same id free to be sent again.
    #[instrument(level = "debug", skip_all, fields(ticket = %visitor.ticket, entry = %id))]
    pub async fn post_visitor_message(
        &self,
        visitor: Visitor,
        id: EntryId,
        text: &str,
        files: &[FileId],
    ) -> Result<Receipt> {
        let message = Message { id, text, files };
        self.post_visitor_message_in_turn(Turn::alone(), visitor, message).await
    }

    /// The same in its turn, for a connection that does not wait for each answer: it has its place among the others
    /// when this is first polled, and holds no transaction between two polls.
    ///
    /// # Errors
    /// Also `TryAgain` when something before it on the connection was refused for now.
    #[instrument(level = "debug", skip_all, fields(ticket = %visitor.ticket, entry = %message.id))]
    pub async fn post_visitor_message_in_turn(
        &self,
        turn: Turn,
        visitor: Visitor,
        message: Message<'_>,
    ) -> Result<Receipt> {
        let Message { id, text, files } = message;
        if !files.is_empty() && is_blank(text) {
            return self.reply(&turn, visitor, Message { text: "", ..message }).await;
        }
        let text = String::from(ChatText::parse(text)?);
        self.check_in_use(visitor.site)?;
        if files.is_empty() {
            let sender = Sender::Visitor(visitor.site);
            let (ticket, text, mine) = (visitor.ticket, text.clone(), turn.clone());
            let post = Post { ticket, id, sender, text, turn: mine };
            if let Posted::Committed(receipt) = turn.note(self.0.writer.post(post).await)? {
                return Ok(receipt);
            }
        }
        self.reply(&turn, visitor, Message { text: &text, ..message }).await
    }

    /// From the ticket page: the same with a form's length.
    #[instrument(level = "debug", skip_all, fields(ticket = %visitor.ticket, entry = %id))]
    pub async fn post_visitor_reply(
        &self,
        visitor: Visitor,
        id: EntryId,
        text: Option<FormText>,
        files: &[FileId],
    ) -> Result<Receipt> {
        if text.is_none() && files.is_empty() {
            return Err(Refusal::of(Field::Message, Code::Required).into());
        }
        let text = text.map(String::from).unwrap_or_default();
        self.reply(&Turn::alone(), visitor, Message { id, text: &text, files }).await
    }

    /// A message in a transaction of its own: with files, or beside a chat under way.
    async fn reply(
        &self,
        turn: &Turn,
        visitor: Visitor,
        Message { id, text, files }: Message<'_>,
    ) -> Result<Receipt> {
        turn.come().await?;
        let (desk, text, files, now) = (self.clone(), text.to_owned(), files.to_vec(), self.now());
        let replied = run_detached(async move {
            retry!({
                let mut tx = desk.begin().await?;
                let mut locked =
                    LockedTicket::lock(&mut tx, visitor.ticket, &[visitor.site]).await?;
                let sent = Message { id, text: &text, files: &files };
                if let Some(receipt) = repeat::find_receipt(&mut tx, &locked, None, sent).await? {
                    return Ok(receipt);
                }
                desk.check_writable(&locked.on())?;
                let by = Uploader::Visitor(visitor);
                let files = attach(&mut tx, by, (locked.id, id), &files).await?;
                let message = AgentBody::Visitor { text: text.clone(), files };
                let receipt = locked.add_as(&mut tx, id, now, message).await?;
                if locked.live_chat().is_none() {
                    locked.enter(&mut tx, &desk, now, Category::Open, None).await?;
                    let about = AgentMail::Reply;
                    mail_agents(&mut tx, &desk, &locked, about, receipt.seq, now).await?;
                }
                locked.save(&mut tx).await?;
                desk.commit(tx).await?;
                Ok(receipt)
            })
        });
        turn.note(replied.await)
    }
}
