//! A chat that rings: taken, taken over, joined, or let go.

use crate::{
    Desk, Error, Result,
    chats::{self, ChatEvent, Ringing, handover, outcome::Outcome},
    db::{Tx, read, retry, statement},
    people::{
        Agent,
        permission::{self, Action, On, Party, may},
    },
    routing,
    tickets::{LockedTicket, OpenOffer},
};
use protocol::{AgentId, ChatId, Code, OfferId, Refusal, SiteId, TicketId, agent::HandoverKind};
use tracing::instrument;
use uuid::Uuid;

impl Desk {
    /// Takes a ringing or waiting chat: one of many wins. By its agent once more, it is the same answer.
    ///
    /// # Errors
    /// `AlreadyTaken` by somebody else; `ChatEnded` when it has ended or become a request; `NotFound` for what the
    /// agent does not see.
    #[instrument(level = "debug", skip_all, fields(agent = %agent.id, %chat))]
    pub async fn accept(&self, agent: &Agent, chat: ChatId) -> Result<TicketId> {
        let ticket = self.ticket_of(agent, chat).await?;
        let now = self.now();
        let ticket = retry!({
            let mut tx = self.begin().await?;
            let mut locked = LockedTicket::lock_for(&mut tx, ticket, agent, Action::Take).await?;
            self.check_in_use(locked.site)?;
            if locked.chat.is_none_or(|here| here.id != chat) {
                return Err(Refusal::new(Code::ChatEnded).into());
            }
            if chats::accept(&mut tx, self, &mut locked, agent, now).await? {
                locked.save(&mut tx).await?;
                self.commit(tx).await?;
            }
            Ok(ticket)
        })?;
        self.return_if_lost(agent.id, ticket).await?;
        Ok(ticket)
    }

    /// The same of what rings here: a chat to take, one to take over, one to join. Once more, it is the same answer.
    ///
    /// # Errors
    /// Also `HandoverOver` for a transfer or conference that rings here no longer.
    #[instrument(level = "debug", skip_all, fields(agent = %agent.id, %chat, %offer))]
    pub async fn accept_offer(
        &self,
        agent: &Agent,
        chat: ChatId,
        offer: OfferId,
    ) -> Result<TicketId> {
        let Some(asked) = self.find_asked(chat, offer).await? else {
            return self.accept(agent, chat).await;
        };
        let now = self.now();
        retry!({
            let mut tx = self.begin().await?;
            let ticket = asked.ticket;
            let mut locked = LockedTicket::lock_for(&mut tx, ticket, agent, Action::See).await?;
            let on = locked.on();
            if asked.was_accepted_by(agent, &on) {
                return Ok(());
            }
            self.check_writable(&on)?;
            let open = find_open(&mut tx, &locked, offer).await?;
            permission::check(agent, Action::Join, &on)?;
            if !routing::is_asked_still(self, agent, on.site, open.to.queue) {
                return Err(Refusal::new(Code::HandoverOver).into());
            }
            handover::accept(&mut tx, self, &mut locked, &open, agent, now).await?;
            locked.save(&mut tx).await?;
            self.commit(tx).await
        })?;
        self.return_if_site_lost(agent.id, asked.ticket).await?;
        Ok(asked.ticket)
    }

    /// The same of what rings here: of a transfer or conference to this agent alone nothing comes. Nothing happens when
    /// it rings here no longer.
    #[instrument(level = "debug", skip_all, fields(agent = %agent.id, %chat, %offer))]
    pub async fn decline_offer(&self, agent: &Agent, chat: ChatId, offer: OfferId) -> Result<()> {
        let Some(asked) = self.find_asked(chat, offer).await? else {
            return self.decline(agent, chat).await;
        };
        let now = self.now();
        retry!({
            let mut tx = self.begin().await?;
            let ticket = asked.ticket;
            let mut locked = LockedTicket::lock_for(&mut tx, ticket, agent, Action::See).await?;
            if locked.on().party.asked != Some(agent.id) {
                return Ok(());
            }
            let open = find_open(&mut tx, &locked, offer).await?;
            let outcome = Outcome::Declined;
            handover::stop_ringing(&mut tx, self, &mut locked, &open, outcome, now).await?;
            locked.save(&mut tx).await?;
            self.commit(tx).await
        })
    }

    /// A transfer or conference by its offer; none for an offer to take a chat that waits.
    async fn find_asked(&self, chat: ChatId, offer: OfferId) -> Result<Option<AskedOf>> {
        let row = read!(self.db(), c => sqlx::query_as::<_, AskedRow>(ASKED)
            .bind(offer.0)
            .bind(chat.0)
            .fetch_optional(c)
            .await)?;
        Ok(row.map(|row| AskedOf {
            kind: row.kind,
            ticket: TicketId(row.ticket_id),
            accepted_by: row.accepted_by.map(AgentId),
        }))
    }

    /// Who lost the site while taking a chat over or joining it is out again: whoever ended what they had found nothing
    /// yet.
    async fn return_if_site_lost(&self, agent: AgentId, ticket: TicketId) -> Result<()> {
        let Some(on) = self.find_place(ticket).await? else { return Ok(()) };
        let Some(site) = self.find_site_by_id(on.site) else { return Ok(()) };
        if self.find_agent(agent).is_some_and(|agent| agent.sites.contains_key(&site.id)) {
            return Ok(());
        }
        let now = self.now();
        retry!({
            let mut tx = self.begin().await?;
            let mut locked = LockedTicket::lock(&mut tx, ticket, &[site.id]).await?;
            let is_out = if locked.on().party.guest == Some(agent) {
                chats::leave_conference(&mut tx, self, &mut locked, now).await?
            } else {
                chats::requeue(&mut tx, self, &mut locked, agent, &site, None, now).await?
            };
            if is_out {
                locked.save(&mut tx).await?;
                self.commit(tx).await?;
            }
            Ok(())
        })?;
        Err(Error::not_found())
    }

    /// Puts a chat back whose agent lost its queue or site while taking it: whoever ended what they had found nothing
    /// yet.
    async fn return_if_lost(&self, agent: AgentId, ticket: TicketId) -> Result<()> {
        let Some(on) = self.find_place(ticket).await? else { return Ok(()) };
        let on = On { party: Party::default(), ..on };
        let now = self.find_agent(agent);
        let Some(site) = self.find_site_by_id(on.site) else { return Ok(()) };
        if now.is_some_and(|now| may(&now, Action::Take, &on)) {
            return Ok(());
        }
        let now = self.now();
        retry!({
            let mut tx = self.begin().await?;
            let mut locked = LockedTicket::lock(&mut tx, ticket, &[site.id]).await?;
            // Whether somebody is left to come is for the keeper to say.
            if chats::requeue(&mut tx, self, &mut locked, agent, &site, None, now).await? {
                locked.save(&mut tx).await?;
                self.commit(tx).await?;
            }
            Ok(())
        })?;
        Err(Error::not_found())
    }

    /// Lets it ring at the next one. Nothing happens when it does not ring at this agent.
    #[instrument(level = "debug", skip_all, fields(agent = %agent.id, %chat))]
    pub async fn decline(&self, agent: &Agent, chat: ChatId) -> Result<()> {
        let ticket = self.ticket_of(agent, chat).await?;
        let now = self.now();
        let row = read!(self.db(), c => sqlx::query_as::<_, (Uuid, Uuid)>(RINGS_AT)
            .bind(chat.0)
            .bind(agent.id.0)
            .fetch_optional(c)
            .await)?;
        let Some((offer, site)) = row else { return Ok(()) };
        let offer = OpenOffer { id: OfferId(offer), to: Some(agent.id) };
        let ringing = Ringing { offer, chat, ticket, site: SiteId(site) };
        let event = ChatEvent::Decline { by: agent.id };
        retry!({ chats::stop_ringing(self, ringing, event, now).await })
    }

    async fn ticket_of(&self, agent: &Agent, chat: ChatId) -> Result<TicketId> {
        let row = read!(self.db(), c => sqlx::query_as::<_, (Uuid,)>(TICKET_OF)
            .bind(chat.0)
            .fetch_optional(c)
            .await)?;
        let ticket = row.map(|(ticket,)| TicketId(ticket)).ok_or_else(Error::not_found)?;
        self.check_ticket(agent, Action::Take, ticket).await?;
        Ok(ticket)
    }
}

/// What an offer asks.
struct AskedOf {
    kind: HandoverKind,
    ticket: TicketId,
    accepted_by: Option<AgentId>,
}

impl AskedOf {
    /// Whether the agent has accepted it and is still where it brought them: a click was sent twice.
    fn was_accepted_by(&self, agent: &Agent, on: &On) -> bool {
        let place = match self.kind {
            HandoverKind::Transfer => on.party.owner,
            HandoverKind::Conference => on.party.guest,
        };
        self.accepted_by == Some(agent.id) && place == Some(agent.id)
    }
}

/// The handover whose offer rings.
///
/// # Errors
/// `HandoverOver`: it rings no longer.
async fn find_open(
    tx: &mut Tx,
    locked: &LockedTicket,
    offer: OfferId,
) -> Result<handover::OpenHandover> {
    let chat = locked.chat.filter(|chat| chat.asked.is_some_and(|asked| asked.id == offer));
    let open = match chat {
        Some(chat) => handover::find(tx, chat.id).await?,
        None => None,
    };
    open.ok_or_else(|| Refusal::new(Code::HandoverOver).into())
}

#[derive(sqlx::FromRow)]
struct AskedRow {
    #[sqlx(try_from = "String")]
    kind: HandoverKind,
    ticket_id: Uuid,
    accepted_by: Option<Uuid>,
}

statement!(
    ASKED = "
    select h.kind, h.ticket_id, h.accepted_by
    from offers o
    join handovers h on h.id = o.handover_id
    where o.id = $1 and o.chat_id = $2"
);
statement!(TICKET_OF = "select ticket_id from chats where id = $1");
statement!(
    RINGS_AT = "
    select id, site_id from offers
    where chat_id = $1 and kind = 'chat' and outcome is null and to_agent = $2"
);
