//! A visitor's chat: started, turned into a request, ended, rated.

use crate::{
    Desk, Error, Result,
    chats::{self, Ending},
    db::{retry, run, statement},
    sites::Site,
    tickets::{
        ChatState, LockedTicket, NewChat, Visitor, attended,
        entries::{self, EntryKind},
    },
    writer::Start,
};
use protocol::{
    ChatId, Code, Field, Refusal, Score, TicketId,
    entry::{AgentBody, BecameRequest},
    form::Started,
    text::RatingComment,
};
use tracing::instrument;

impl Desk {
    /// Opens a ticket with a waiting chat and its first message, and offers it. The same form again answers the
    /// first ticket.
    ///
    /// # Errors
    /// `AlreadySent` for another form with its `id`. `ChatClosed` when the button says Ayuda: the same text fits
    /// into a request. `NameOrEmailRequired` without a name and without an address.
    #[instrument(level = "debug", skip_all, fields(site = %site.key))]
    pub async fn start_chat(&self, site: &Site, new: NewChat) -> Result<Started> {
        if new.name.is_none() && new.email.is_none() {
            return Err(Refusal::of(Field::Name, Code::NameOrEmailRequired).into());
        }
        self.check_in_use(site.id)?;
        let id = new.id;
        let start = Start {
            site: site.id,
            prefix: site.prefix.clone(),
            queue: site.queue_for(new.queue)?,
            open: self.availability(site.id).open,
            wait_limit: site.limits.wait_limit,
            ticket: TicketId(self.clock().new_id()),
            chat: ChatId(self.clock().new_id()),
            beginning: self.clock().new_entry_id(),
            client: new.client.as_ref().map(|client| client.hashed(&self.0.secret)),
            digest: new.digest(),
            new,
        };
        let opened = self.0.writer.start(start).await?;
        Ok(self.started((opened.ticket, site.id), opened.number, id, opened.seq))
    }

    /// Begins another chat on the visitor's ticket, in the place of the last one; does nothing while one is under way.
    ///
    /// # Errors
    /// `ChatClosed` when the button says Ayuda; `SiteRemoved`.
    #[instrument(level = "debug", skip_all, fields(ticket = %visitor.ticket))]
    pub async fn continue_chat(&self, visitor: Visitor) -> Result<()> {
        let (chat, now) = (ChatId(self.clock().new_id()), self.now());
        retry!({
            let mut tx = self.begin().await?;
            let mut locked = LockedTicket::lock(&mut tx, visitor.ticket, &[visitor.site]).await?;
            if locked.live_chat().is_some() {
                return Ok(());
            }
            self.check_in_use(visitor.site)?;
            if !self.availability(visitor.site).open {
                return Err(Refusal::new(Code::ChatClosed).into());
            }
            let site = self.find_site_by_id(visitor.site).ok_or_else(Error::not_found)?;
            chats::begin(&mut tx, self, &mut locked, &site, chat, now).await?;
            locked.save(&mut tx).await?;
            self.commit(tx).await
        })
    }

    /// Ends the chat; a second time does nothing.
    #[instrument(level = "debug", skip_all, fields(ticket = %visitor.ticket))]
    pub async fn end_chat_as_visitor(&self, visitor: Visitor) -> Result<()> {
        let now = self.now();
        retry!({
            let mut tx = self.begin().await?;
            let mut locked = LockedTicket::lock(&mut tx, visitor.ticket, &[visitor.site]).await?;
            if locked.live_chat().is_none() {
                return Ok(());
            }
            chats::end(&mut tx, self, &mut locked, Ending::Visitor, now).await?;
            locked.save(&mut tx).await?;
            self.commit(tx).await
        })
    }

    /// Turns the visitor's waiting chat into a help request; does nothing where none waits.
    #[instrument(level = "debug", skip_all, fields(ticket = %visitor.ticket))]
    pub async fn leave_request(&self, visitor: Visitor) -> Result<()> {
        let now = self.now();
        retry!({
            let mut tx = self.begin().await?;
            let mut locked = LockedTicket::lock(&mut tx, visitor.ticket, &[visitor.site]).await?;
            let why = BecameRequest::Visitor;
            if !chats::become_request(&mut tx, self, &mut locked, why, now).await? {
                return Ok(());
            }
            locked.save(&mut tx).await?;
            self.commit(tx).await
        })
    }

    /// Rates the chat, once; the same again does nothing.
    ///
    /// # Errors
    /// `NotFound` where no agent attended it, `AlreadyRated` where it was rated otherwise.
    #[instrument(level = "debug", skip_all, fields(ticket = %visitor.ticket))]
    pub async fn rate(
        &self,
        visitor: Visitor,
        score: Score,
        comment: Option<RatingComment>,
    ) -> Result<()> {
        let now = self.now();
        let rated = AgentBody::Rated { score, comment: comment.map(String::from) };
        retry!({
            let mut tx = self.begin().await?;
            let mut locked = LockedTicket::lock(&mut tx, visitor.ticket, &[visitor.site]).await?;
            let chat = locked.chat.filter(|chat| chat.state == ChatState::Ended);
            let chat = chat.ok_or_else(Error::not_found)?;
            let attended: i64 = run!(tx, c => sqlx::query_scalar(ATTENDED)
                .bind(chat.id.0)
                .fetch_one(c)
                .await)?;
            if attended == 0 {
                return Err(Error::not_found());
            }
            if chat.score.is_some() {
                let given = entries::find_last(&mut tx, visitor.ticket, EntryKind::Rated).await?;
                let other = || Refusal::new(Code::AlreadyRated).into();
                return if given.as_ref() == Some(&rated) { Ok(()) } else { Err(other()) };
            }
            run!(tx, c => sqlx::query(RATE)
                .bind(chat.id.0)
                .bind(i64::from(u8::from(score)))
                .execute(c)
                .await
                .map(|_| ()))?;
            locked.add(&mut tx, self, now, rated.clone()).await?;
            locked.save(&mut tx).await?;
            self.commit(tx).await
        })
    }
}

statement!(ATTENDED = concat!("select count(*) from chats c where c.id = $1 and ", attended!()));
statement!(RATE = "update chats set score = $2 where id = $1");
