//! Help requests.

use super::ApiError;
#[cfg(feature = "ssr")]
use super::server::{caller, closing_reason, refused};
use leptos::prelude::*;
use protocol::TicketId;

/// Closes a help request.
#[server(prefix = "/console/api", endpoint = "requests/close")]
pub async fn close_request(ticket: TicketId, reason: String) -> Result<(), ApiError> {
    let (desk, agent) = caller()?;
    desk.close_ticket(&agent, ticket, &closing_reason(&reason)?).await.map_err(refused)
}
