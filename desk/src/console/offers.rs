//! A chat that rings: taken, or let go.

use crate::{
    Desk, Error, Result,
    chats::{self, ChatEvent, Ringing},
    db::{read, retry, statement},
    people::Agent,
    tickets::{LockedTicket, OpenOffer},
};
use protocol::{ChatId, Code, OfferId, Refusal, SiteId, TicketId};
use uuid::Uuid;

impl Desk {
    /// Takes a ringing or waiting chat: one of many wins, the others get `AlreadyTaken`.
    pub async fn accept(&self, agent: &Agent, chat: ChatId) -> Result<TicketId> {
        let ticket = self.ticket_of(agent, chat).await?;
        let now = self.now();
        retry!({
            let mut tx = self.begin().await?;
            let mut locked = LockedTicket::lock(&mut tx, ticket, &agent.sites).await?;
            if locked.chat.is_none_or(|here| here.id != chat) {
                return Err(Refusal::new(Code::ChatEnded).into());
            }
            if chats::accept(&mut tx, self, &mut locked, agent, now).await? {
                locked.save(&mut tx).await?;
                self.commit(tx).await?;
            }
            Ok(ticket)
        })
    }

    /// Lets it ring at the next one. Nothing happens when it does not ring at this agent.
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
        let row = read!(self.db(), c => sqlx::query_as::<_, (Uuid, Uuid)>(TICKET_OF)
            .bind(chat.0)
            .fetch_optional(c)
            .await)?;
        row.filter(|(_, site)| agent.sites.contains(&SiteId(*site)))
            .map(|(ticket, _)| TicketId(ticket))
            .ok_or_else(Error::not_found)
    }
}

statement!(TICKET_OF = "select ticket_id, site_id from chats where id = $1");
// Index offers_open.
statement!(
    RINGS_AT = "
    select id, site_id from offers
    where chat_id = $1 and kind = 'chat' and outcome is null and to_agent = $2"
);
