//! What a visitor does, and the two forms.

mod ask;
mod reads;
mod says;

use crate::{
    Desk, Error, Result, chats,
    db::{retry, run},
    live::Event,
    mail::outbound::{content::What, queue::Queued},
    sites::Site,
    tickets::{ChatState, Head},
    writer::{Seen, Start},
};
use protocol::{
    ChatId, Code, EntryId, Field, FileId, Refusal, Seq, SiteId, TicketId, TicketNumber,
    TicketToken,
    entry::{AgentBody, EndedBy},
    form::Started,
    limits,
    text::{ChatText, EmailAddress, FormText, PersonName, RatingComment, Subject},
};

/// The pre-chat form: name or e-mail is there (`NameOrEmailRequired` otherwise).
#[derive(Clone, Debug)]
pub struct NewChat {
    /// The first message's id, made by the client or put into the form.
    pub id: EntryId,
    pub name: Option<PersonName>,
    pub email: Option<EmailAddress>,
    pub subject: Option<Subject>,
    pub text: ChatText,
    pub page: Option<String>,
    /// `es`, `en`, `pt`.
    pub lang: String,
    /// IANA zone of the browser.
    pub zone: Option<String>,
}

/// The Ayuda form.
#[derive(Clone, Debug)]
pub struct NewRequest {
    pub id: EntryId,
    pub name: Option<PersonName>,
    pub email: EmailAddress,
    pub text: FormText,
    /// Stored by [`Desk::begin_upload`] for this site, and not yet on a message.
    pub files: Vec<FileId>,
    pub page: Option<String>,
    pub lang: String,
    pub zone: Option<String>,
}

/// Whom a valid token stands for. Made without asking the database where possible.
#[derive(Clone, Copy, Debug)]
pub struct Visitor {
    pub ticket: TicketId,
    pub site: SiteId,
}

impl Desk {
    /// Opens a ticket with a waiting chat and its first message, and offers it. The same `id` again answers the first ticket.
    /// `ChatClosed` when the button says Ayuda.
    pub async fn start_chat(&self, site: &Site, new: NewChat) -> Result<Started> {
        if new.name.is_none() && new.email.is_none() {
            return Err(Refusal::of(Field::Name, Code::NameOrEmailRequired).into());
        }
        check_page(new.page.as_deref())?;
        let id = new.id;
        let start = Start {
            site: site.id,
            prefix: site.prefix.clone(),
            queue: site.queues.first().map(|queue| queue.id),
            open: self.availability(site.id).open,
            wait_limit: site.limits.wait_limit,
            ticket: TicketId(self.clock().new_id()),
            chat: ChatId(self.clock().new_id()),
            beginning: self.clock().new_entry_id(),
            new,
        };
        let opened = self.0.writer.start(start).await?;
        Ok(self.started(opened.ticket, opened.number, id, opened.seq))
    }

    /// The token again, for a page that has proved itself.
    pub fn ticket_token(&self, ticket: TicketId) -> TicketToken {
        self.0.secret.ticket_token(ticket)
    }

    /// The absolute ticket link with its token.
    pub fn ticket_link(&self, number: &TicketNumber, ticket: TicketId) -> String {
        let k = self.0.secret.ticket_mac(ticket);
        format!("{}/t/{number}?k={k}", self.options().public_url)
    }

    /// How far the visitor has read.
    pub async fn visitor_saw(&self, visitor: Visitor, upto: Seq) -> Result<()> {
        self.0.writer.seen(Seen { ticket: visitor.ticket, by_visitor: true, upto }).await
    }

    /// Agents who watch see that the visitor is typing.
    pub fn visitor_types(&self, visitor: Visitor) {
        self.0.hub.publish(Event::Typing { ticket: visitor.ticket, agent: None });
    }

    /// Ends the chat; a second time does nothing.
    pub async fn visitor_ends(&self, visitor: Visitor) -> Result<()> {
        let now = self.now();
        retry!({
            let mut tx = self.begin().await?;
            let mut head = Head::hold(&mut tx, visitor.ticket, &[visitor.site]).await?;
            if head.live_chat().is_none() {
                return Ok(());
            }
            chats::end(&mut tx, self, &mut head, EndedBy::Visitor, None, None, now).await?;
            head.save(&mut tx).await?;
            self.commit(tx).await
        })
    }

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
            let queued = chats::queue_visitor_mail(&mut tx, self, &head, what, now).await?;
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
                chats::mail_visitor(&mut tx, self, &mut head, what, now).await?;
            }
            head.save(&mut tx).await?;
            self.commit(tx).await
        })
    }

    /// 1 to 5, once per chat.
    pub async fn rate(
        &self,
        visitor: Visitor,
        score: u8,
        comment: Option<RatingComment>,
    ) -> Result<()> {
        if !(1..=5).contains(&score) {
            return Err(Refusal::of(Field::Score, Code::Invalid).into());
        }
        let now = self.now();
        let comment = comment.map(String::from);
        retry!({
            let mut tx = self.begin().await?;
            let mut head = Head::hold(&mut tx, visitor.ticket, &[visitor.site]).await?;
            let chat = head.chat.clone().filter(|chat| chat.state == ChatState::Ended);
            let chat = chat.ok_or_else(Error::not_found)?;
            if chat.score.is_some() {
                return Err(Refusal::new(Code::AlreadyRated).into());
            }
            run!(tx, c => sqlx::query(RATE)
                .bind(chat.id.0)
                .bind(i64::from(score))
                .bind(comment.as_deref())
                .bind(now.0)
                .execute(c)
                .await
                .map(|_| ()))?;
            let rated = AgentBody::Rated { score, comment: comment.clone() };
            head.add(&mut tx, self, now, rated).await?;
            head.save(&mut tx).await?;
            self.commit(tx).await
        })
    }

    /// Notes an address on the ticket as a claim.
    async fn take_down(
        &self,
        tx: &mut crate::db::Tx,
        head: &mut Head,
        email: &EmailAddress,
    ) -> Result<()> {
        let email = email.as_str().to_owned();
        head.email = Some(email.clone());
        head.verified = false;
        let changed = AgentBody::ContactChanged { name: None, email: Some(email) };
        head.add(tx, self, self.now(), changed).await.map(|_| ())
    }

    fn started(&self, ticket: TicketId, number: TicketNumber, id: EntryId, seq: Seq) -> Started {
        let link = self.ticket_link(&number, ticket);
        Started { number, token: self.ticket_token(ticket), link, id, seq }
    }
}

const RATE: &str = "update chats set score = $2, comment = $3, rated_at = $4 where id = $1";

fn check_page(page: Option<&str>) -> Result<()> {
    match page {
        Some(page) if page.contains('\0') => {
            Err(Refusal::of(Field::Page, Code::CharacterInvalid).into())
        }
        Some(page) if page.chars().nth(limits::PAGE_URL).is_some() => {
            Err(Refusal::of(Field::Page, Code::TooLong).limit(limits::PAGE_URL as u64).into())
        }
        _ => Ok(()),
    }
}
