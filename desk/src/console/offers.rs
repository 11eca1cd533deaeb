//! A chat that rings: taken, or let go.

use crate::{
    Desk, Error, Result,
    chats::{self, ChatEvent, Ringing},
    db::{read, retry, statement},
    people::{
        Agent,
        permission::{Action, On, Party, may},
    },
    tickets::{LockedTicket, OpenOffer},
};
use protocol::{AgentId, ChatId, Code, OfferId, Refusal, SiteId, TicketId};
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

    /// The same of what rings here: a chat, a transfer, a conference.
    pub async fn accept_offer(
        &self,
        agent: &Agent,
        chat: ChatId,
        _offer: OfferId,
    ) -> Result<TicketId> {
        self.accept(agent, chat).await
    }

    /// The same of what rings here: a chat, a transfer, a conference.
    pub async fn decline_offer(&self, agent: &Agent, chat: ChatId, _offer: OfferId) -> Result<()> {
        self.decline(agent, chat).await
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

statement!(TICKET_OF = "select ticket_id from chats where id = $1");
statement!(
    RINGS_AT = "
    select id, site_id from offers
    where chat_id = $1 and kind = 'chat' and outcome is null and to_agent = $2"
);
