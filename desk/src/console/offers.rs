//! A chat that rings: taken, or let go.

use crate::{
    Desk, Error, Result, chats,
    db::{read, retry, run, statement},
    people::{Agent, permission::Action},
    tickets::LockedTicket,
};
use protocol::{ChatId, Code, Refusal, SiteId, TicketId};
use uuid::Uuid;

impl Desk {
    /// Takes a ringing or waiting chat: one of many wins, the others get `AlreadyTaken`.
    pub async fn accept(&self, agent: &Agent, chat: ChatId) -> Result<TicketId> {
        let ticket = self.ticket_of(agent, chat).await?;
        let now = self.now();
        retry!({
            let mut tx = self.begin().await?;
            let mut locked = LockedTicket::lock_for(&mut tx, ticket, agent, Action::Take).await?;
            if locked.chat.as_ref().is_none_or(|here| here.id != chat) {
                return Err(Refusal::new(Code::ChatEnded).into());
            }
            let before = locked.last;
            chats::accept(&mut tx, self, &mut locked, agent, now).await?;
            if locked.last == before {
                // It was this agent's already: a click sent twice.
                return Ok(ticket);
            }
            locked.save(&mut tx).await?;
            self.commit(tx).await?;
            Ok(ticket)
        })
    }

    /// Lets it ring at the next one.
    pub async fn decline(&self, agent: &Agent, chat: ChatId) -> Result<()> {
        self.ticket_of(agent, chat).await?;
        let now = self.now();
        retry!({
            let mut tx = self.begin().await?;
            let declined = run!(tx, c => sqlx::query_as::<_, (Uuid,)>(DECLINE)
                .bind(chat.0)
                .bind(agent.id.0)
                .fetch_optional(c)
                .await)?;
            let Some((site,)) = declined else { return Ok(()) };
            chats::close_offer(&mut tx, chat, "declined", now).await?;
            tx.offer(SiteId(site));
            self.commit(tx).await
        })
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
    DECLINE = "
    update chats set state = 'waiting', agent_id = null, offered_at = null
    where id = $1 and state = 'ringing' and agent_id = $2
    returning site_id"
);
