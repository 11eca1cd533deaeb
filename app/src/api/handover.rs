//! Chats that are handed over or shared.

use super::ApiError;
#[cfg(feature = "ssr")]
use super::server::{caller, closing_reason, handover_target, refused};
use protocol::{AgentId, QueueId, TicketId};

calls! {
    /// Whom my chat can be handed to, and who can be asked to join it, as of now.
    "handover/targets" pub async fn targets(ticket: TicketId) -> Result<protocol::agent::Targets, ApiError> {
        let (desk, agent) = caller()?;
        desk.handover_targets(&agent, ticket).await.map_err(refused)
    }

    /// Asks a queue or an agent, one of the two, to take my chat over. `note`: for agents alone.
    "handover/transfer" pub async fn transfer(
        ticket: TicketId,
        queue: Option<QueueId>,
        agent: Option<AgentId>,
        note: Option<String>,
    ) -> Result<(), ApiError> {
        let (desk, me) = caller()?;
        let target = handover_target(queue, agent)?;
        desk.ask_transfer(&me, ticket, target, note.as_deref()).await.map_err(refused)
    }

    /// Asks a queue or an agent, one of the two, to join my chat. `note`: for agents alone.
    "handover/conference" pub async fn conference(
        ticket: TicketId,
        queue: Option<QueueId>,
        agent: Option<AgentId>,
        note: Option<String>,
    ) -> Result<(), ApiError> {
        let (desk, me) = caller()?;
        let target = handover_target(queue, agent)?;
        desk.ask_conference(&me, ticket, target, note.as_deref()).await.map_err(refused)
    }

    /// Takes back what I asked for, transfer or conference.
    "handover/cancel" pub async fn cancel(ticket: TicketId) -> Result<(), ApiError> {
        let (desk, agent) = caller()?;
        desk.cancel_handover(&agent, ticket).await.map_err(refused)
    }

    /// Why I handed the chat over, once that was accepted; none: *transferencia*.
    "handover/reason" pub async fn transfer_reason(ticket: TicketId, reason: Option<String>) -> Result<(), ApiError> {
        let (desk, agent) = caller()?;
        let reason = reason.filter(|reason| !reason.is_empty());
        let reason = reason.as_deref().map(closing_reason).transpose()?;
        desk.give_transfer_reason(&agent, ticket, reason.as_ref()).await.map_err(refused)
    }

    /// Leaves a conference that I am a guest of.
    "conference/leave" pub async fn leave(ticket: TicketId) -> Result<(), ApiError> {
        let (desk, agent) = caller()?;
        desk.leave_conference(&agent, ticket).await.map_err(refused)
    }

    /// Lets the guest of my chat go.
    "conference/end" pub async fn end_conference(ticket: TicketId) -> Result<(), ApiError> {
        let (desk, agent) = caller()?;
        desk.end_conference(&agent, ticket).await.map_err(refused)
    }
}
