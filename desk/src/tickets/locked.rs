//! The head of a ticket inside a transaction: held, changed in memory, written once.
//!
//! Whoever changes a ticket or its chat holds the ticket's row first ([`LockedTicket::lock`]), on both engines.
//! That makes the sequence gap-free and each decision (who has this chat?) one at a time.

use super::{
    chat::{ChatState, LockedChat, OpenOffer},
    entries, mentioned,
    site_of::party,
};
use crate::{
    Desk, Error, Result,
    db::{Event, Receipt, RowChange, Tx, run, statement},
    people::{
        Agent, email_key,
        permission::{self, Action, On, Party},
    },
    sites::lists,
};
use protocol::{
    AgentId, ChatId, EntryId, OfferId, QueueId, Seq, SiteId, TicketId, TicketNumber, Timestamp,
    entry::{AgentBody, AgentEntry, Category, TicketState},
    masking::Preview,
};
use uuid::Uuid;

/// A ticket that this transaction holds. Changes are lost without [`LockedTicket::save`].
#[derive(Debug)]
pub(crate) struct LockedTicket {
    pub(crate) id: TicketId,
    pub(crate) site: SiteId,
    pub(crate) number: TicketNumber,
    pub(crate) queue: Option<QueueId>,
    pub(crate) state_id: Uuid,
    pub(crate) state: TicketState,
    pub(crate) name: Option<String>,
    pub(crate) email: Option<String>,
    /// The address that takes its place once its owner has confirmed it.
    pub(crate) claimed_email: Option<String>,
    pub(crate) verified: bool,
    /// A hash of the network that opened the ticket; none: this machine.
    pub(crate) client: Option<String>,
    /// Whether the owner of the address wants no mail about the ticket.
    pub(crate) mail_stopped: bool,
    /// Whether the transcript follows as soon as the address is confirmed.
    pub(crate) transcript_asked: bool,
    pub(crate) lang: String,
    pub(crate) request_at: Option<Timestamp>,
    pub(crate) waiting_at: Option<Timestamp>,
    pub(crate) closed_at: Option<Timestamp>,
    /// Since when it waits on the customer, as deadlines count, and when they were told that it is about to be closed.
    idle_from: Option<Timestamp>,
    pub(crate) warned_at: Option<Timestamp>,
    /// Who last had its chat, answered it or opened it again.
    pub(crate) attended_by: Option<AgentId>,
    pub(crate) last_at: Timestamp,
    pub(crate) last: Seq,
    pub(crate) agent_seen: Seq,
    pub(crate) unread: i64,
    pub(crate) preview: Preview,
    /// Who wrote what the preview shows; none: the visitor.
    pub(crate) preview_by: Option<AgentId>,
    pub(crate) chat: Option<LockedChat>,
    /// The agent it is held for, where nothing but a comment that mentions them lets them see it.
    mentioned: Option<AgentId>,
}

statement!(LOCK = "update tickets set last_seq = last_seq where id = $1");
statement!(
    READ = "
    select
      t.site_id, t.number, t.queue_id, t.state_id, s.name as state_name, s.category,
      t.contact_name, t.contact_email, t.claimed_email, t.contact_verified, t.client, t.mail_stopped, t.transcript_asked,
      t.lang, t.request_at, t.waiting_at, t.closed_at, t.attended_by, t.last_at,
      t.idle_from, t.warned_at, t.last_seq, t.agent_seen, t.unread, t.preview, t.preview_masked, t.preview_by,
      c.id as chat_id, c.state as chat_state, c.agent_id as chat_agent, c.guest_id as chat_guest, c.score,
      o.id as offer_id, o.to_agent as offer_to, h.id as asked_id, h.to_agent as asked_to
    from tickets t
    join states s on s.id = t.state_id
    left join chats c on c.id = t.chat_id
    left join offers o on o.chat_id = c.id and o.kind = 'chat' and o.outcome is null
    left join offers h on h.chat_id = c.id and h.kind <> 'chat' and h.outcome is null
    where t.id = $1"
);

#[derive(sqlx::FromRow)]
struct Row {
    site_id: Uuid,
    number: String,
    queue_id: Option<Uuid>,
    state_id: Uuid,
    state_name: String,
    #[sqlx(try_from = "String")]
    category: Category,
    contact_name: Option<String>,
    contact_email: Option<String>,
    claimed_email: Option<String>,
    contact_verified: bool,
    client: Option<String>,
    mail_stopped: bool,
    transcript_asked: bool,
    lang: String,
    request_at: Option<i64>,
    waiting_at: Option<i64>,
    closed_at: Option<i64>,
    idle_from: Option<i64>,
    warned_at: Option<i64>,
    attended_by: Option<Uuid>,
    last_at: i64,
    last_seq: i64,
    agent_seen: i64,
    unread: i64,
    preview: String,
    preview_masked: Option<String>,
    preview_by: Option<Uuid>,
    chat_id: Option<Uuid>,
    chat_state: Option<String>,
    chat_agent: Option<Uuid>,
    chat_guest: Option<Uuid>,
    score: Option<i64>,
    offer_id: Option<Uuid>,
    offer_to: Option<Uuid>,
    asked_id: Option<Uuid>,
    asked_to: Option<Uuid>,
}

impl Row {
    fn chat(&self) -> Result<Option<LockedChat>> {
        let (Some(id), Some(state)) = (self.chat_id, self.chat_state.as_deref()) else {
            return Ok(None);
        };
        Ok(Some(LockedChat {
            id: ChatId(id),
            state: ChatState::from_text(state)?,
            agent: self.chat_agent.map(AgentId),
            guest: self.chat_guest.map(AgentId),
            offer: open_offer(self.offer_id, self.offer_to),
            asked: open_offer(self.asked_id, self.asked_to),
            score: self.score,
        }))
    }
}

fn open_offer(id: Option<Uuid>, to: Option<Uuid>) -> Option<OpenOffer> {
    id.map(|id| OpenOffer { id: OfferId(id), to: to.map(AgentId) })
}

statement!(
    SAVE = "
    update tickets set
      state_id = $2, contact_name = $3, contact_email = $4, contact_verified = $5, request_at = $6,
      last_at = $7, last_seq = $8, agent_seen = $9, unread = $10, preview = $11,
      mail_stopped = $12, transcript_asked = $13, waiting_at = $14, closed_at = $15, attended_by = $16,
      contact_key = $17, preview_masked = $18, preview_by = $19, claimed_email = $20,
      idle_from = $21, warned_at = $22
    where id = $1"
);

statement!(SET_QUEUE = "update tickets set queue_id = $2 where id = $1");

impl LockedTicket {
    /// Takes hold of a ticket until the transaction ends; another site's is `NotFound`.
    pub(crate) async fn lock(tx: &mut Tx, ticket: TicketId, sites: &[SiteId]) -> Result<Self> {
        let locked = Self::lock_any(tx, ticket).await?;
        if sites.contains(&locked.site) { Ok(locked) } else { Err(Error::not_found()) }
    }

    /// The same for an agent who is about to do this.
    ///
    /// # Errors
    /// Those of [`permission::check`].
    pub(crate) async fn lock_for(
        tx: &mut Tx,
        ticket: TicketId,
        agent: &Agent,
        action: Action,
    ) -> Result<Self> {
        let mut locked = Self::lock_any(tx, ticket).await?;
        let on = mentioned::with_mention_here(tx, agent, ticket, locked.on()).await?;
        permission::check(agent, action, &on)?;
        locked.mentioned = on.party.mentioned;
        Ok(locked)
    }

    async fn lock_any(tx: &mut Tx, ticket: TicketId) -> Result<Self> {
        let found = run!(tx, c => sqlx::query(LOCK)
            .bind(ticket.0)
            .execute(c)
            .await
            .map(|done| done.rows_affected()))?;
        if found == 0 {
            return Err(Error::not_found());
        }
        let row = run!(tx, c => sqlx::query_as::<_, Row>(READ)
            .bind(ticket.0)
            .fetch_one(c)
            .await)?;
        let chat = row.chat()?;
        Ok(Self {
            id: ticket,
            site: SiteId(row.site_id),
            number: TicketNumber(row.number),
            queue: row.queue_id.map(QueueId),
            state_id: row.state_id,
            state: TicketState { name: row.state_name, category: row.category },
            name: row.contact_name,
            email: row.contact_email,
            claimed_email: row.claimed_email,
            verified: row.contact_verified,
            client: row.client,
            mail_stopped: row.mail_stopped,
            transcript_asked: row.transcript_asked,
            lang: row.lang,
            request_at: row.request_at.map(Timestamp),
            waiting_at: row.waiting_at.map(Timestamp),
            closed_at: row.closed_at.map(Timestamp),
            idle_from: row.idle_from.map(Timestamp),
            warned_at: row.warned_at.map(Timestamp),
            attended_by: row.attended_by.map(AgentId),
            last_at: Timestamp(row.last_at),
            last: Seq(row.last_seq),
            agent_seen: Seq(row.agent_seen),
            unread: row.unread,
            preview: Preview { text: row.preview, masked: row.preview_masked },
            preview_by: row.preview_by.map(AgentId),
            chat,
            mentioned: None,
        })
    }

    /// Where it lies and whose it is.
    pub(crate) fn on(&self) -> On {
        let party = self.chat.map_or_else(Party::default, |chat| {
            let asked = chat.asked.and_then(|offer| offer.to);
            party(
                Some(chat.state),
                Party { owner: chat.agent, guest: chat.guest, asked, ..Party::default() },
            )
        });
        let party = Party { mentioned: self.mentioned, ..party };
        On { site: self.site, queue: self.queue, party }
    }

    /// The chat, if it is under way.
    pub(crate) fn live_chat(&self) -> Option<&LockedChat> {
        self.chat.as_ref().filter(|chat| chat.state.is_live())
    }

    /// Adds what the desk itself has to say.
    pub(crate) async fn add(
        &mut self,
        tx: &mut Tx,
        desk: &Desk,
        now: Timestamp,
        body: AgentBody,
    ) -> Result<Receipt> {
        self.add_as(tx, desk.clock().new_entry_id(), now, body).await
    }

    /// Adds an entry with its sender's id at the next place.
    pub(crate) async fn add_as(
        &mut self,
        tx: &mut Tx,
        id: EntryId,
        now: Timestamp,
        body: AgentBody,
    ) -> Result<Receipt> {
        self.last = self.last.next();
        self.last_at = now;
        match &body {
            AgentBody::Visitor { text, files } => {
                self.unread += 1;
                (self.preview, self.preview_by) = (preview(text, files), None);
            }
            AgentBody::Agent { agent, text, files, .. } => {
                (self.preview, self.preview_by) = (preview(text, files), Some(*agent));
            }
            _ => {}
        }
        let entry = AgentEntry { seq: self.last, id, at: now, body };
        entries::add(tx, self.id, &entry).await?;
        let receipt = Receipt { id, seq: entry.seq, at: now };
        tx.publish(entries::event(self.id, entry));
        Ok(receipt)
    }

    /// Puts the ticket into the site's first state of a category, with the entry that says so; nothing when it is in
    /// that category already.
    pub(crate) async fn enter(
        &mut self,
        tx: &mut Tx,
        desk: &Desk,
        now: Timestamp,
        category: Category,
        by: Option<String>,
    ) -> Result<()> {
        if self.state.category == category {
            self.stand(desk, now);
            return Ok(());
        }
        let (id, state) = lists::first_state(tx, self.site, category).await?;
        self.enter_state(tx, desk, now, (id, state), by).await
    }

    /// Puts the ticket into this state of its site, with the entry that says so.
    pub(crate) async fn enter_state(
        &mut self,
        tx: &mut Tx,
        desk: &Desk,
        now: Timestamp,
        (id, state): (Uuid, TicketState),
        by: Option<String>,
    ) -> Result<()> {
        (self.state_id, self.state) = (id, state.clone());
        self.add(tx, desk, now, AgentBody::StateChanged { state, by }).await?;
        self.stand(desk, now);
        Ok(())
    }

    /// Since when it stands where its state and its chat put it.
    fn stand(&mut self, desk: &Desk, now: Timestamp) {
        let category = self.state.category;
        let request = category == Category::Open && self.live_chat().is_none();
        self.request_at = self.request_at.or(Some(now)).filter(|_| request);
        let waits = category == Category::Waiting;
        self.waiting_at = self.waiting_at.or(Some(now)).filter(|_| waits);
        self.idle_from = self.idle_from.or_else(|| Some(desk.due_now())).filter(|_| waits);
        self.warned_at = self.warned_at.filter(|_| waits);
        let closed = category == Category::Closed;
        self.closed_at = self.closed_at.or(Some(now)).filter(|_| closed);
    }

    /// Puts the ticket into another queue.
    pub(crate) async fn set_queue(&mut self, tx: &mut Tx, queue: Option<QueueId>) -> Result<()> {
        if queue == self.queue {
            return Ok(());
        }
        self.queue = queue;
        run!(tx, c => sqlx::query(SET_QUEUE)
            .bind(self.id.0)
            .bind(queue.map(|queue| queue.0))
            .execute(c)
            .await
            .map(|_| ()))?;
        Ok(())
    }

    /// Who answers has read what came before.
    pub(crate) fn see(&mut self, upto: Seq) {
        self.agent_seen = self.agent_seen.max(upto);
        self.unread = 0;
    }

    /// Writes the ticket's row; panels and lists hear that it changed.
    pub(crate) async fn save(self, tx: &mut Tx) -> Result<()> {
        run!(tx, c => sqlx::query(SAVE)
            .bind(self.id.0)
            .bind(self.state_id)
            .bind(&self.name)
            .bind(&self.email)
            .bind(self.verified)
            .bind(self.request_at.map(|at| at.0))
            .bind(self.last_at.0)
            .bind(self.last.0)
            .bind(self.agent_seen.0)
            .bind(self.unread)
            .bind(&self.preview.text)
            .bind(self.mail_stopped)
            .bind(self.transcript_asked)
            .bind(self.waiting_at.map(|at| at.0))
            .bind(self.closed_at.map(|at| at.0))
            .bind(self.attended_by.map(|agent| agent.0))
            .bind(self.email.as_deref().map(email_key))
            .bind(&self.preview.masked)
            .bind(self.preview_by.map(|agent| agent.0))
            .bind(&self.claimed_email)
            .bind(self.idle_from.map(|at| at.0))
            .bind(self.warned_at.map(|at| at.0))
            .execute(c)
            .await
            .map(|_| ()))?;
        tx.publish(Event::Ticket { ticket: self.id });
        tx.publish(Event::Work { ticket: self.id, on: self.on(), change: RowChange::Anything });
        Ok(())
    }
}

/// What a list shows of a message: its text, or the name of its first file.
pub(crate) fn preview(text: &str, files: &[protocol::file::Attachment]) -> Preview {
    match files.first() {
        Some(file) if text.is_empty() => Preview::of(&file.name),
        _ => Preview::of(text),
    }
}
