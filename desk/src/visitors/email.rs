//! The visitor's address: given, and written to.

use crate::{
    Desk, Result,
    db::{Tx, retry},
    mail::{Queued, What, mail_visitor, queue_visitor_mail},
    tickets::{ChatState, Head, Visitor},
};
use protocol::{Code, Field, Refusal, entry::AgentBody, text::EmailAddress};

impl Desk {
    /// Puts the transcript into the outbox; `Required` (email) when no address is known. An address that the ticket has
    /// already is not replaced by another.
    pub async fn send_transcript(
        &self,
        visitor: Visitor,
        email: Option<EmailAddress>,
    ) -> Result<()> {
        let now = self.now();
        retry!({
            let mut tx = self.begin().await?;
            let mut head = Head::hold(&mut tx, visitor.ticket, &[visitor.site]).await?;
            let to = match (&head.email, &email) {
                (Some(known), _) => known.clone(),
                (None, Some(email)) => {
                    self.take_down(&mut tx, &mut head, email).await?;
                    email.as_str().to_owned()
                }
                (None, None) => return Err(Refusal::of(Field::Email, Code::Required).into()),
            };
            let upto = head.last;
            let what = What::Transcript { upto };
            let queued = queue_visitor_mail(&mut tx, self, &head, what, now).await?;
            if matches!(queued, Queued::Held { .. }) {
                return Err(Refusal::new(Code::RateLimited).into());
            }
            head.add(&mut tx, self, now, AgentBody::TranscriptSent { to }).await?;
            head.save(&mut tx).await?;
            self.commit(tx).await
        })
    }

    /// The address for a chat that became a help request; the receipt mail goes there.
    pub async fn claim_email(&self, visitor: Visitor, email: EmailAddress) -> Result<()> {
        let now = self.now();
        retry!({
            let mut tx = self.begin().await?;
            let mut head = Head::hold(&mut tx, visitor.ticket, &[visitor.site]).await?;
            if head.email.as_deref() == Some(email.as_str()) {
                return Ok(());
            }
            self.take_down(&mut tx, &mut head, &email).await?;
            let what = match head.chat.as_ref().map(|chat| chat.state) {
                Some(ChatState::Ended) if head.request_at.is_none() => Some(What::ChatEnded),
                Some(state) if state.is_live() => None,
                _ => Some(What::RequestReceived),
            };
            if let Some(what) = what {
                mail_visitor(&mut tx, self, &mut head, what, now).await?;
            }
            head.save(&mut tx).await?;
            self.commit(tx).await
        })
    }

    /// Notes an address on the ticket as a claim.
    async fn take_down(&self, tx: &mut Tx, head: &mut Head, email: &EmailAddress) -> Result<()> {
        let email = email.as_str().to_owned();
        head.email = Some(email.clone());
        head.verified = false;
        let changed = AgentBody::ContactChanged { name: None, email: Some(email) };
        head.add(tx, self, self.now(), changed).await.map(|_| ())
    }
}
