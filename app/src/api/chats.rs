//! Taking, passing on and ending chats.

use super::ApiError;
#[cfg(feature = "ssr")]
use super::server::{caller, closing_reason, refused};
use protocol::{ChatId, OfferId, TicketId, agent::Colleague};

calls! {
    /// Takes a ringing or waiting chat, takes one over, or joins one; answers its ticket. `offer`: what rings here; none: a
    /// chat from the list.
    "chats/accept" pub async fn accept(chat: ChatId, offer: Option<OfferId>) -> Result<TicketId, ApiError> {
        let (desk, agent) = caller()?;
        match offer {
            Some(offer) => desk.accept_offer(&agent, chat, offer).await,
            None => desk.accept(&agent, chat).await,
        }
        .map_err(refused)
    }

    /// Lets a chat ring at the next agent; of a transfer or conference to this agent alone nothing comes.
    "chats/decline" pub async fn decline(chat: ChatId, offer: Option<OfferId>) -> Result<(), ApiError> {
        let (desk, agent) = caller()?;
        match offer {
            Some(offer) => desk.decline_offer(&agent, chat, offer).await,
            None => desk.decline(&agent, chat).await,
        }
        .map_err(refused)
    }

    /// Ends my chat.
    "chats/end" pub async fn end_chat(ticket: TicketId, reason: String) -> Result<(), ApiError> {
        let (desk, agent) = caller()?;
        desk.end_chat(&agent, ticket, &closing_reason(&reason)?).await.map_err(refused)
    }

    /// The reasons to choose from.
    "chats/reasons" pub async fn closing_reasons(ticket: TicketId) -> Result<Vec<String>, ApiError> {
        let (desk, agent) = caller()?;
        let reasons = desk.closing_reasons(&agent, ticket).await.map_err(refused)?;
        Ok(reasons.into_iter().map(String::from).collect())
    }

    /// Whom a comment on the ticket can mention.
    "colleagues" pub async fn colleagues(ticket: TicketId) -> Result<Vec<Colleague>, ApiError> {
        let (desk, agent) = caller()?;
        desk.colleagues(&agent, ticket).await.map_err(refused)
    }
}
