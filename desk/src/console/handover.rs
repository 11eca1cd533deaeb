//! Chats that are handed over or shared.

use crate::{Desk, Result, people::Agent};
use protocol::{
    AgentId, Code, QueueId, Refusal, TicketId, agent::Targets, settings::ClosingReason,
};

/// Who is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HandoverTarget {
    Queue(QueueId),
    Agent(AgentId),
}

impl Desk {
    /// Whom the chat can be handed to.
    pub async fn handover_targets(&self, _agent: &Agent, _ticket: TicketId) -> Result<Targets> {
        Ok(Targets::default())
    }

    /// Asks that my chat is taken over.
    pub async fn ask_transfer(
        &self,
        _agent: &Agent,
        _ticket: TicketId,
        _to: HandoverTarget,
        _note: Option<&str>,
    ) -> Result<()> {
        Err(Refusal::new(Code::NotAvailable).into())
    }

    /// Asks that somebody joins my chat.
    pub async fn ask_conference(
        &self,
        _agent: &Agent,
        _ticket: TicketId,
        _to: HandoverTarget,
        _note: Option<&str>,
    ) -> Result<()> {
        Err(Refusal::new(Code::NotAvailable).into())
    }

    /// Takes back what I asked for.
    pub async fn cancel_handover(&self, _agent: &Agent, _ticket: TicketId) -> Result<()> {
        Err(Refusal::new(Code::HandoverOver).into())
    }

    /// Why I handed the chat over.
    pub async fn give_transfer_reason(
        &self,
        _agent: &Agent,
        _ticket: TicketId,
        _reason: Option<&ClosingReason>,
    ) -> Result<()> {
        Err(Refusal::new(Code::HandoverOver).into())
    }

    /// Leaves a conference that I am a guest of.
    pub async fn leave_conference(&self, _agent: &Agent, _ticket: TicketId) -> Result<()> {
        Err(Refusal::new(Code::HandoverOver).into())
    }

    /// Lets the guest of my chat go.
    pub async fn end_conference(&self, _agent: &Agent, _ticket: TicketId) -> Result<()> {
        Err(Refusal::new(Code::HandoverOver).into())
    }

    /// How many waiting chats become requests if the agent becomes *Ausente* now.
    pub async fn preview_away(&self, _agent: &Agent) -> Result<u32> {
        Ok(0)
    }
}
