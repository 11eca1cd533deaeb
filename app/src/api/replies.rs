//! Canned replies.

use super::ApiError;
#[cfg(feature = "ssr")]
use super::server::{caller, refused};
use protocol::{ReplyId, TicketId, agent::CannedReply};

calls! {
    /// What can be inserted on a ticket: the site's replies, and the agent's own.
    "replies" pub async fn replies(ticket: TicketId) -> Result<Vec<CannedReply>, ApiError> {
        let (desk, agent) = caller()?;
        desk.replies(&agent, ticket).await.map_err(refused)
    }

    /// Adds a reply of the agent's own.
    "replies/add" pub async fn add_reply(name: String, text: String) -> Result<ReplyId, ApiError> {
        let (desk, agent) = caller()?;
        let reply = super::server::reply(&name, &text)?;
        desk.save_reply(&agent, None, &reply).await.map_err(refused)
    }

    /// Changes one.
    "replies/change" pub async fn change_reply(id: ReplyId, name: String, text: String) -> Result<(), ApiError> {
        let (desk, agent) = caller()?;
        let reply = super::server::reply(&name, &text)?;
        desk.save_reply(&agent, Some(id), &reply).await.map(drop).map_err(refused)
    }

    /// Removes one.
    "replies/remove" pub async fn remove_reply(id: ReplyId) -> Result<(), ApiError> {
        let (desk, agent) = caller()?;
        desk.remove_reply(&agent, id).await.map_err(refused)
    }
}
