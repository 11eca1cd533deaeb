//! The visitor's address: given, and written to.

use crate::{
    Desk, Result,
    db::{Tx, retry},
    mail::{Queued, VisitorMail, mail_visitor, outbound::unseen, queue_visitor_mail},
    tickets::{ChatState, LockedTicket, Visitor},
};
use protocol::{Code, Field, Refusal, Timestamp, entry::AgentBody, text::EmailAddress};
use tracing::instrument;

impl Desk {
    /// Puts the transcript into the outbox; `Required` (email) when no address is known. An address that the ticket has
    /// already is not replaced by another.
    #[instrument(level = "debug", skip_all, fields(ticket = %visitor.ticket))]
    pub async fn send_transcript(
        &self,
        visitor: Visitor,
        email: Option<EmailAddress>,
    ) -> Result<()> {
        let now = self.now();
        retry!({
            let mut tx = self.begin().await?;
            let mut locked = LockedTicket::lock(&mut tx, visitor.ticket, &[visitor.site]).await?;
            let to = match (&locked.email, &email) {
                (Some(known), _) => known.clone(),
                (None, Some(email)) => {
                    self.record_email(&mut tx, &mut locked, email, now).await?;
                    email.as_str().to_owned()
                }
                (None, None) => return Err(Refusal::of(Field::Email, Code::Required).into()),
            };
            let upto = locked.last;
            let mail = VisitorMail::Transcript { upto };
            let queued = queue_visitor_mail(&mut tx, self, &locked, mail, now).await?;
            if matches!(queued, Queued::Held { .. }) {
                return Err(Refusal::new(Code::RateLimited).into());
            }
            locked.add(&mut tx, self, now, AgentBody::TranscriptSent { to }).await?;
            locked.save(&mut tx).await?;
            self.commit(tx).await
        })
    }

    /// The address for a chat that became a help request; the receipt mail goes there.
    #[instrument(level = "debug", skip_all, fields(ticket = %visitor.ticket))]
    pub async fn claim_email(&self, visitor: Visitor, email: EmailAddress) -> Result<()> {
        let now = self.now();
        retry!({
            let mut tx = self.begin().await?;
            let mut locked = LockedTicket::lock(&mut tx, visitor.ticket, &[visitor.site]).await?;
            if locked.email.as_deref() == Some(email.as_str()) {
                return Ok(());
            }
            self.record_email(&mut tx, &mut locked, &email, now).await?;
            let mail = match locked.chat.as_ref().map(|chat| chat.state) {
                Some(ChatState::Ended) if locked.request_at.is_none() => {
                    Some(VisitorMail::ChatEnded)
                }
                Some(state) if state.is_live() => None,
                _ => Some(VisitorMail::RequestReceived),
            };
            if let Some(mail) = mail {
                mail_visitor(&mut tx, self, &mut locked, mail, now).await?;
            }
            locked.save(&mut tx).await?;
            self.commit(tx).await
        })
    }

    /// Notes an address on the ticket as a claim; replies of before that nobody saw will be mailed there.
    async fn record_email(
        &self,
        tx: &mut Tx,
        locked: &mut LockedTicket,
        email: &EmailAddress,
        now: Timestamp,
    ) -> Result<()> {
        let email = email.as_str().to_owned();
        locked.email = Some(email.clone());
        locked.verified = false;
        let changed = AgentBody::ContactChanged { name: None, email: Some(email) };
        locked.add(tx, self, now, changed).await?;
        unseen::address_is_known(tx, self, locked, now).await
    }
}
