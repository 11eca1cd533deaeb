//! Help requests, and tickets that become one again.

use super::ApiError;
#[cfg(feature = "ssr")]
use super::server::{caller, closing_reason, refused};
use protocol::TicketId;

calls! {
    /// Closes a help request.
    "requests/close" pub async fn close_request(ticket: TicketId, reason: String) -> Result<(), ApiError> {
        let (desk, agent) = caller()?;
        desk.close_ticket(&agent, ticket, &closing_reason(&reason)?).await.map_err(refused)
    }

    /// Opens a closed ticket again.
    "requests/reopen" pub async fn reopen(ticket: TicketId) -> Result<(), ApiError> {
        let (desk, agent) = caller()?;
        desk.reopen_ticket(&agent, ticket).await.map_err(refused)
    }

    /// Renews the ticket's link. True: the new one is on its way to the visitor.
    "requests/link" pub async fn renew_link(ticket: TicketId) -> Result<bool, ApiError> {
        let (desk, agent) = caller()?;
        desk.renew_link(&agent, ticket).await.map_err(refused)
    }
}
