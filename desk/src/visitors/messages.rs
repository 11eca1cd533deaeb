//! What a visitor writes.

use crate::{
    Desk, Result,
    db::{on_its_own, retry},
    live::Receipt,
    mail::{ForAgents, mail_agents},
    tickets::{Head, Visitor, entries, files::attach},
    writer::{Said, Say, Sender},
};
use protocol::{
    Code, EntryId, Field, FileId, Refusal,
    entry::{AgentBody, Category},
    text::{ChatText, FormText},
};

impl Desk {
    /// A chat message: committed when it answers. Into a running or waiting chat; on a help request or an ended chat it is a
    /// reply (reopens a closed ticket, tells agents by mail). Text may be empty when there are files. It has its place among
    /// the others when this is first polled, and holds no transaction between two polls.
    pub async fn visitor_says(
        &self,
        visitor: Visitor,
        id: EntryId,
        text: &str,
        files: &[FileId],
    ) -> Result<Receipt> {
        if !files.is_empty() && text.trim().is_empty() {
            return self.reply(visitor, id, String::new(), files).await;
        }
        let text = String::from(ChatText::parse(text)?);
        if files.is_empty() {
            let sender = Sender::Visitor(visitor.site);
            let say = Say { ticket: visitor.ticket, id, sender, text: text.clone() };
            if let Said::Committed(receipt) = self.0.writer.say(say).await? {
                return Ok(receipt);
            }
        }
        self.reply(visitor, id, text, files).await
    }

    /// From the ticket page: the same with a form's length.
    pub async fn visitor_replies(
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
        self.reply(visitor, id, text, files).await
    }

    /// A message in a transaction of its own: with files, or beside a chat under way.
    async fn reply(
        &self,
        visitor: Visitor,
        id: EntryId,
        text: String,
        files: &[FileId],
    ) -> Result<Receipt> {
        let (desk, files, now) = (self.clone(), files.to_vec(), self.now());
        on_its_own(async move {
            retry!({
                let mut tx = desk.begin().await?;
                let mut head = Head::hold(&mut tx, visitor.ticket, &[visitor.site]).await?;
                if let Some(first) = entries::find(&mut tx, head.id, id).await? {
                    return Ok(Receipt { id, seq: first.seq, at: first.at });
                }
                let files = attach(&mut tx, head.site, head.id, id, &files).await?;
                let message = AgentBody::Visitor { text: text.clone(), files };
                let receipt = head.add_as(&mut tx, id, now, message).await?;
                if head.live_chat().is_none() {
                    head.enter(&mut tx, &desk, now, Category::Open, None).await?;
                    let about = ForAgents::Reply;
                    mail_agents(&mut tx, &desk, &head, about, receipt.seq, now).await?;
                }
                head.save(&mut tx).await?;
                desk.commit(tx).await?;
                Ok(receipt)
            })
        })
        .await
    }
}
