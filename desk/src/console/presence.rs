//! What an agent's console says of itself while a conversation is open.

use crate::{Desk, Result, db::Event, people::Agent, writer::ReadMark};
use protocol::{Seq, TicketId};

impl Desk {
    /// How far the agent's side has read.
    pub async fn mark_read_by_agent(
        &self,
        agent: &Agent,
        ticket: TicketId,
        upto: Seq,
    ) -> Result<()> {
        self.site_of_ticket(agent, ticket).await?;
        self.0.writer.mark_read(ReadMark { ticket, by_visitor: false, upto }).await
    }

    /// The visitor's panel sees that the agent is typing. From memory: a ticket that this desk has not met is left out.
    pub fn agent_is_typing(&self, agent: &Agent, ticket: TicketId) {
        if self.0.ticket_sites.find(ticket).is_some_and(|site| agent.sites.contains(&site)) {
            let agent = Some((agent.id, agent.name.clone()));
            self.0.hub.publish(Event::Typing { ticket, agent });
        }
    }
}
