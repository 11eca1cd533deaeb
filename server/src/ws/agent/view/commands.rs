//! What an agent asks for, begun so that the socket goes on meanwhile.

use super::AgentView;
use crate::{
    edge::failure::Failure,
    ws::in_flight::{Answering, spawn},
};
use desk::{Turn, console::Comment, tickets::Message};
use protocol::{
    Code, EntryId, FileId, Seq, TicketId,
    agent::{AgentEvent, Draft},
};
use std::sync::Arc;

impl AgentView {
    /// Begins a message of the agent's.
    pub(in crate::ws::agent) fn post(
        &self,
        turn: Turn,
        ticket: TicketId,
        id: EntryId,
        text: String,
        files: Vec<FileId>,
    ) -> Answering<AgentEvent> {
        let (server, agent) = (self.server.clone(), Arc::clone(&self.agent));
        Box::pin(async move {
            let message = Message { id, text: &text, files: &files };
            let posted = server.desk.post_agent_message_in_turn(turn, &agent, ticket, message);
            Some(match posted.await {
                Ok(receipt) => {
                    server.counters.agent_messages.up();
                    AgentEvent::Ack { ticket, id: receipt.id, seq: receipt.seq, at: receipt.at }
                }
                Err(error) => refused(ticket, Some(id), error),
            })
        })
    }

    /// Begins an internal comment.
    pub(in crate::ws::agent) fn comment(
        &self,
        turn: Turn,
        ticket: TicketId,
        comment: Comment,
    ) -> Answering<AgentEvent> {
        let (server, agent) = (self.server.clone(), Arc::clone(&self.agent));
        Box::pin(async move {
            let id = comment.id;
            let written = server.desk.comment_in_turn(turn, &agent, ticket, comment).await;
            Some(match written {
                Ok(receipt) => AgentEvent::Ack { ticket, id, seq: receipt.seq, at: receipt.at },
                Err(error) => refused(ticket, Some(id), error),
            })
        })
    }

    /// Begins to store what is typed. For a ticket that the agent does not see it is nothing, as if it had been sent:
    /// the console has it no longer either.
    pub(in crate::ws::agent) fn store_draft(&self, draft: Draft) -> Answering<AgentEvent> {
        let (server, agent) = (self.server.clone(), Arc::clone(&self.agent));
        spawn(async move {
            let error = server.desk.store_draft(&agent, &draft).await.err()?;
            if error.refusal().code == Code::NotFound {
                return Some(AgentEvent::Draft { draft: Draft { text: String::new(), ..draft } });
            }
            Some(refused(draft.ticket, None, error))
        })
    }

    /// Shows the visitor that the agent is typing; to a ticket where they may not answer it is nothing.
    pub(in crate::ws::agent) fn type_in(&self, ticket: TicketId) -> Answering<AgentEvent> {
        let (server, agent) = (self.server.clone(), Arc::clone(&self.agent));
        spawn(async move {
            let shown = server.desk.agent_is_typing(&agent, ticket).await;
            if let Err(error) = shown {
                tracing::debug!(%error, "typing is not shown");
            }
            None
        })
    }

    /// Begins to note how far the agent has read.
    pub(in crate::ws::agent) fn mark_seen(
        &self,
        ticket: TicketId,
        upto: Seq,
    ) -> Answering<AgentEvent> {
        let (server, agent) = (self.server.clone(), Arc::clone(&self.agent));
        spawn(async move {
            let outcome = server.desk.mark_read_by_agent(&agent, ticket, upto).await;
            outcome.err().map(|error| refused(ticket, None, error))
        })
    }
}

fn refused(ticket: TicketId, id: Option<EntryId>, error: desk::Error) -> AgentEvent {
    let refusal = Failure::from(error).refusal;
    AgentEvent::Refused { ticket: Some(ticket), id, refusal }
}
