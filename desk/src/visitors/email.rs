//! The visitor's address: given once, and written to as far as it is confirmed (`behaviours.md`, "Mail": who may
//! get which words).

use crate::{
    Desk, Error, Result,
    db::{Tx, read, retry, statement},
    locales,
    mail::{
        Cap, Cause, EmailConfirmed, ProvedEmail, Queued, TranscriptAsked, VisitorMail,
        mail_visitor, may_get_transcript, outbound::unseen, proof, queue_visitor_mail,
    },
    people::{Identity, email_key},
    tickets::{ChatState, LockedTicket, Visitor},
};
use protocol::{Code, Field, Refusal, Timestamp, entry::AgentBody, text::EmailAddress};
use tracing::instrument;

impl Desk {
    /// Mails the transcript to the ticket's address, or, where that must be confirmed first, a mail with the button
    /// for it.
    ///
    /// # Errors
    /// `Required` (email) when no address is known, `EmailKnown` when another one is; `RateLimited` when a cap
    /// holds the mail back, which is an entry on the ticket.
    #[instrument(level = "debug", skip_all, fields(ticket = %visitor.ticket))]
    pub async fn send_transcript(
        &self,
        visitor: Visitor,
        email: Option<EmailAddress>,
    ) -> Result<TranscriptAsked> {
        let now = self.now();
        retry!({
            let mut tx = self.begin().await?;
            let mut locked = LockedTicket::lock(&mut tx, visitor.ticket, &[visitor.site]).await?;
            if let Some(email) = &email {
                self.give_email(&mut tx, &mut locked, email, now).await?;
            } else if locked.email.is_none() {
                return Err(Refusal::of(Field::Email, Code::Required).into());
            }
            let (asked, reached) = if may_get_transcript(&mut tx, &locked, now).await? {
                (TranscriptAsked::Sent, self.mail_transcript(&mut tx, &mut locked, now).await?)
            } else {
                locked.transcript_asked = true;
                let (mail, cause) = (VisitorMail::Confirm, Cause::Visitor);
                let reached = mail_visitor(&mut tx, self, &mut locked, mail, cause, now).await?;
                (TranscriptAsked::OnceConfirmed, reached)
            };
            locked.save(&mut tx).await?;
            self.commit(tx).await?;
            match reached {
                None => Ok(asked),
                Some(cap) => Err(Refusal::new(Code::RateLimited).limit(cap.most()).into()),
            }
        })
    }

    /// The address for a chat that became a help request; the receipt mail goes there. The one that is known
    /// changes nothing.
    ///
    /// # Errors
    /// `EmailKnown` when another one is known: only who has proved an address may put it in the place of one.
    #[instrument(level = "debug", skip_all, fields(ticket = %visitor.ticket))]
    pub async fn claim_email(&self, visitor: Visitor, email: EmailAddress) -> Result<()> {
        let now = self.now();
        retry!({
            let mut tx = self.begin().await?;
            let mut locked = LockedTicket::lock(&mut tx, visitor.ticket, &[visitor.site]).await?;
            if !self.give_email(&mut tx, &mut locked, &email, now).await? {
                return Ok(());
            }
            let mail = match locked.chat.as_ref().map(|chat| chat.state) {
                Some(ChatState::Ended) if locked.request_at.is_none() => {
                    Some(VisitorMail::ChatEnded)
                }
                Some(state) if state.is_live() => None,
                _ => Some(VisitorMail::RequestReceived { why: None }),
            };
            if let Some(mail) = mail {
                mail_visitor(&mut tx, self, &mut locked, mail, Cause::Visitor, now).await?;
            }
            locked.save(&mut tx).await?;
            self.commit(tx).await
        })
    }

    /// The ticket's address, when this proof of a mailed link is of it.
    #[instrument(level = "debug", skip_all, fields(ticket = %visitor.ticket))]
    pub async fn find_proved_email(
        &self,
        visitor: Visitor,
        proof: &str,
    ) -> Result<Option<ProvedEmail>> {
        let proves = |email: &str| proof::proves(&self.0.secret, visitor.ticket, email, proof);
        let known = self.find_contact(visitor).await?.filter(|known| proves(&known.address));
        if known.is_some() {
            return Ok(known);
        }
        // It may be of the address that an agent put forward.
        let claimed: Option<Option<String>> = read!(self.db(), c => sqlx::query_scalar(FIND_CLAIMED)
            .bind(visitor.ticket.0)
            .bind(visitor.site.0)
            .fetch_optional(c)
            .await)?;
        let claimed = claimed.flatten().filter(|claimed| proves(claimed));
        Ok(claimed.map(|address| ProvedEmail {
            address,
            is_confirmed: false,
            awaits_transcript: false,
        }))
    }

    /// Puts another address in the place of the ticket's, for whoever shows what a mail to that one carried. Nobody
    /// has confirmed the new one; a mail with the button for it goes there. The former one is told.
    ///
    /// # Errors
    /// `EmailKnown` when the proof is not of the ticket's address; `RateLimited` when a cap holds the mail back:
    /// the address stays.
    #[instrument(level = "debug", skip_all, fields(ticket = %visitor.ticket))]
    pub async fn change_email(
        &self,
        visitor: Visitor,
        proof: &str,
        email: EmailAddress,
    ) -> Result<()> {
        let now = self.now();
        retry!({
            let mut tx = self.begin().await?;
            let mut locked = LockedTicket::lock(&mut tx, visitor.ticket, &[visitor.site]).await?;
            let known = locked.email.as_deref().unwrap_or_default();
            if email_key(known) == email_key(email.as_str()) {
                return Ok(());
            }
            if !proof::proves(&self.0.secret, locked.id, known, proof) {
                return Err(Refusal::of(Field::Email, Code::EmailKnown).into());
            }
            // Somebody else may have had the mail of it.
            let (mail, cause) = (VisitorMail::FormerAddress, Cause::Visitor);
            let _ = mail_visitor(&mut tx, self, &mut locked, mail, cause, now).await?;
            locked.verified = false;
            locked.mail_stopped = false;
            locked.claimed_email = None;
            self.note_email(&mut tx, &mut locked, &email, now).await?;
            let (mail, cause) = (VisitorMail::NewAddress, Cause::Visitor);
            if let Some(cap) = mail_visitor(&mut tx, self, &mut locked, mail, cause, now).await? {
                return Err(Refusal::new(Code::RateLimited).limit(cap.most()).into());
            }
            locked.save(&mut tx).await?;
            self.commit(tx).await
        })
    }

    /// A person pressed the button on the page of a mailed link: the address is theirs, and gets what it had to
    /// wait for. A second time does nothing. None: the proof is of no address of the ticket.
    #[instrument(level = "debug", skip_all, fields(ticket = %visitor.ticket))]
    pub async fn confirm_email(
        &self,
        visitor: Visitor,
        proof: &str,
    ) -> Result<Option<EmailConfirmed>> {
        let now = self.now();
        retry!({
            let mut tx = self.begin().await?;
            let mut locked = LockedTicket::lock(&mut tx, visitor.ticket, &[visitor.site]).await?;
            let is_proved = locked
                .email
                .as_deref()
                .is_some_and(|email| proof::proves(&self.0.secret, locked.id, email, proof));
            if !is_proved && !self.take_claimed(&mut tx, &mut locked, proof, now).await? {
                return Ok(None);
            }
            if is_proved && locked.verified && !locked.mail_stopped {
                return Ok(Some(EmailConfirmed { sends_transcript: false }));
            }
            locked.verified = true;
            locked.mail_stopped = false;
            let sends_transcript = std::mem::take(&mut locked.transcript_asked)
                && self.mail_transcript(&mut tx, &mut locked, now).await?.is_none();
            locked.save(&mut tx).await?;
            self.commit(tx).await?;
            Ok(Some(EmailConfirmed { sends_transcript }))
        })
    }

    /// Puts the address that an agent put forward in the place of the ticket's, where this proof is of it; false where it
    /// is not. The former one is told.
    async fn take_claimed(
        &self,
        tx: &mut Tx,
        locked: &mut LockedTicket,
        proof: &str,
        now: Timestamp,
    ) -> Result<bool> {
        let proves = |claimed: &String| proof::proves(&self.0.secret, locked.id, claimed, proof);
        let Some(claimed) = locked.claimed_email.clone().filter(proves) else { return Ok(false) };
        let (mail, cause) = (VisitorMail::FormerAddress, Cause::Visitor);
        let _ = mail_visitor(tx, self, locked, mail, cause, now).await?;
        locked.claimed_email = None;
        let claimed = EmailAddress::parse(&claimed)?;
        self.note_email(tx, locked, &claimed, now).await?;
        Ok(true)
    }

    /// The site's signature proves the address, where it is the ticket's. What its owner has stopped stays so: nobody
    /// pressed a button.
    #[instrument(level = "debug", skip_all, fields(ticket = %visitor.ticket))]
    pub async fn confirm_signed_email(&self, visitor: Visitor, who: &Identity) -> Result<()> {
        let known = self.find_contact(visitor).await?;
        if known.is_none_or(|known| known.is_confirmed || !who.has(&known.address)) {
            return Ok(());
        }
        let now = self.now();
        retry!({
            let mut tx = self.begin().await?;
            let mut locked = LockedTicket::lock(&mut tx, visitor.ticket, &[visitor.site]).await?;
            let is_theirs = locked.email.as_deref().is_some_and(|email| who.has(email));
            if locked.verified || !is_theirs {
                return Ok(());
            }
            locked.verified = true;
            if std::mem::take(&mut locked.transcript_asked) {
                self.mail_transcript(&mut tx, &mut locked, now).await?;
            }
            locked.save(&mut tx).await?;
            self.commit(tx).await
        })
    }

    /// Whoever a mail came to has nothing to do with the ticket: no mail about it goes to a visitor's address any more.
    /// With a proof of the address that an agent put forward it is that one alone that is meant.
    #[instrument(level = "debug", skip_all, fields(ticket = %visitor.ticket))]
    pub async fn stop_mail(&self, visitor: Visitor, proof: Option<&str>) -> Result<()> {
        let now = self.now();
        retry!({
            let mut tx = self.begin().await?;
            let mut locked = LockedTicket::lock(&mut tx, visitor.ticket, &[visitor.site]).await?;
            let ticket = locked.id;
            let proves = |email: &str| {
                proof.is_some_and(|proof| proof::proves(&self.0.secret, ticket, email, proof))
            };
            let to = if let Some(claimed) =
                locked.claimed_email.take_if(|claimed| proves(claimed.as_str()))
            {
                claimed
            } else if let Some(known) = locked.email.clone().filter(|_| !locked.mail_stopped) {
                locked.mail_stopped = true;
                locked.transcript_asked = false;
                known
            } else {
                return Ok(());
            };
            let site = self.find_site_by_id(locked.site).ok_or_else(Error::not_found)?;
            let why = locales::language(site.lang.as_text()).get("mail.held.stopped");
            locked.add(&mut tx, self, now, AgentBody::MailHeld { to, why }).await?;
            locked.save(&mut tx).await?;
            self.commit(tx).await
        })
    }

    /// Puts the transcript up to here into the outbox, with the line that says so; answers the cap that holds it back.
    async fn mail_transcript(
        &self,
        tx: &mut Tx,
        locked: &mut LockedTicket,
        now: Timestamp,
    ) -> Result<Option<Cap>> {
        let mail = VisitorMail::Transcript { upto: locked.last };
        let queued = queue_visitor_mail(tx, self, locked, mail, Cause::Visitor, now).await?;
        let (body, cap) = match queued {
            Queued::Held { to, why, cap } => (AgentBody::MailHeld { to, why }, cap),
            Queued::Added { to, .. } => (AgentBody::TranscriptSent { to }, None),
            Queued::Joined => return Ok(None),
        };
        locked.add(tx, self, now, body).await?;
        Ok(cap)
    }

    /// Notes the ticket's first address as a claim, to which replies of before that nobody saw will be mailed;
    /// false when it is known already.
    async fn give_email(
        &self,
        tx: &mut Tx,
        locked: &mut LockedTicket,
        email: &EmailAddress,
        now: Timestamp,
    ) -> Result<bool> {
        match &locked.email {
            Some(known) if email_key(known) == email_key(email.as_str()) => Ok(false),
            Some(_) => Err(Refusal::of(Field::Email, Code::EmailKnown).into()),
            None => {
                self.note_email(tx, locked, email, now).await?;
                unseen::address_is_known(tx, self, locked).await?;
                Ok(true)
            }
        }
    }

    async fn note_email(
        &self,
        tx: &mut Tx,
        locked: &mut LockedTicket,
        email: &EmailAddress,
        now: Timestamp,
    ) -> Result<()> {
        let email = email.as_str().to_owned();
        locked.email = Some(email.clone());
        let changed = AgentBody::ContactChanged { name: None, email: Some(email) };
        locked.add(tx, self, now, changed).await?;
        Ok(())
    }

    /// The ticket's address.
    async fn find_contact(&self, visitor: Visitor) -> Result<Option<ProvedEmail>> {
        let row: Option<(Option<String>, bool, bool)> = read!(self.db(), c => sqlx::query_as(FIND_CONTACT)
                .bind(visitor.ticket.0)
                .bind(visitor.site.0)
                .fetch_optional(c)
                .await)?;
        Ok(row.and_then(|(email, is_confirmed, awaits_transcript)| {
            Some(ProvedEmail { address: email?, is_confirmed, awaits_transcript })
        }))
    }
}

statement!(FIND_CLAIMED = "select claimed_email from tickets where id = $1 and site_id = $2");
statement!(
    FIND_CONTACT = "
    select contact_email, contact_verified and not mail_stopped, transcript_asked from tickets where id = $1 and site_id = $2"
);
