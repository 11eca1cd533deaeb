//! What an agent's console says of itself while a conversation is open.

use crate::{
    Desk, Result,
    db::Event,
    live::Notice,
    people::{Agent, permission::Action},
    writer::ReadMark,
};
use protocol::{AgentId, Seq, TicketId, agent::Colleague, limits};
use tracing::instrument;

impl Desk {
    /// Who has the ticket on screen besides this agent, by name, at most [`limits::WATCHERS`]. For agents who may see
    /// the ticket: whoever may not is in no list of it.
    pub fn colleagues_watching(&self, besides: AgentId, ticket: TicketId) -> Vec<Colleague> {
        let others = self.watching(ticket).into_iter().filter(|agent| *agent != besides);
        let known = others.filter_map(|agent| self.find_agent(agent));
        let mut names: Vec<Colleague> =
            known.map(|agent| Colleague { agent: agent.id, name: agent.name.clone() }).collect();
        names.sort_by(|one, other| one.name.cmp(&other.name));
        names.truncate(limits::WATCHERS);
        names
    }

    /// How far the agent's side has read. Who may not answer reads without a mark: the visitor is told of those who do.
    #[instrument(level = "debug", skip_all, fields(agent = %agent.id, %ticket))]
    pub async fn mark_read_by_agent(
        &self,
        agent: &Agent,
        ticket: TicketId,
        upto: Seq,
    ) -> Result<()> {
        self.check_ticket(agent, Action::Answer, ticket).await?;
        self.0.writer.mark_read(ReadMark { ticket, by_visitor: false, upto }).await
    }

    /// The visitor's panel sees that the agent is typing, at most every 2 s.
    #[instrument(level = "debug", skip_all, fields(agent = %agent.id, %ticket))]
    pub async fn agent_is_typing(&self, agent: &Agent, ticket: TicketId) -> Result<()> {
        if !self.0.presence.shows_typing(ticket, Some(agent.id), self.moment()) {
            return Ok(());
        }
        self.check_ticket(agent, Action::Answer, ticket).await?;
        self.notify(Notice::Typing { ticket, agent: Some(agent.id) });
        let agent = Some((agent.id, agent.name.clone()));
        self.publish(Event::Typing { ticket, agent });
        Ok(())
    }
}
