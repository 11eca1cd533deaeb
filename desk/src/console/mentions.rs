//! Mentions that an agent was not told of: who had no console open is told by the next one.

use crate::{
    Desk, Result,
    db::{read, run, statement},
    mail::outbound::drop_mention_mail,
    people::{Agent, permission::Action},
};
use protocol::{Code, TicketId, TicketNumber};
use tracing::instrument;
use uuid::Uuid;

/// Mentions that a console is told of when it connects, the newest.
const MENTIONS: i64 = 20;

/// A comment that mentions an agent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mention {
    pub ticket: TicketId,
    pub number: TicketNumber,
    /// The name of who wrote it.
    pub by: String,
}

statement!(
    UNTOLD = "
    select m.ticket_id, t.number, a.name
    from mentions m
    join tickets t on t.id = m.ticket_id
    join agents a on a.id = m.by_id
    where m.agent_id = $1 and m.told_at is null
    order by m.at desc
    limit $2"
);
statement!(
    TOLD = "
    update mentions set told_at = $3 where agent_id = $1 and ticket_id = $2 and told_at is null"
);

impl Desk {
    /// The mentions that no console of the agent's was told of, the oldest first, of tickets that they see.
    #[instrument(level = "debug", skip_all, fields(agent = %agent.id))]
    pub async fn untold_mentions(&self, agent: &Agent) -> Result<Vec<Mention>> {
        let rows: Vec<(Uuid, String, String)> = read!(self.db(), c => sqlx::query_as(UNTOLD)
            .bind(agent.id.0)
            .bind(MENTIONS)
            .fetch_all(c)
            .await)?;
        let mut mentions = Vec::new();
        for (ticket, number, by) in rows.into_iter().rev() {
            let ticket = TicketId(ticket);
            match self.check_ticket(agent, Action::See, ticket).await {
                Ok(_) => mentions.push(Mention { ticket, number: TicketNumber(number), by }),
                Err(error) if error.refusal().code == Code::NotFound => {}
                Err(error) => return Err(error),
            }
        }
        Ok(mentions)
    }

    /// A console was told of what mentions the agent on a ticket: no mail need tell them.
    #[instrument(level = "debug", skip_all, fields(agent = %agent.id, %ticket))]
    pub async fn mention_was_told(&self, agent: &Agent, ticket: TicketId) -> Result<()> {
        let mut tx = self.begin().await?;
        run!(tx, c => sqlx::query(TOLD)
            .bind(agent.id.0)
            .bind(ticket.0)
            .bind(self.now().0)
            .execute(c)
            .await
            .map(|_| ()))?;
        drop_mention_mail(&mut tx, ticket, &agent.email).await?;
        self.commit(tx).await
    }
}
