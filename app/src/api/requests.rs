//! Help requests.

use super::ApiError;
#[cfg(feature = "ssr")]
use super::{caller, refused};
use leptos::prelude::*;
use protocol::TicketId;
#[cfg(feature = "ssr")]
use protocol::settings::ClosingReason;

/// Closes a help request.
#[server(prefix = "/console/api", endpoint = "requests/close")]
pub async fn close_request(ticket: TicketId, reason: String) -> Result<(), ApiError> {
    let (desk, agent) = caller()?;
    let reason = ClosingReason::parse(&reason).map_err(|refusal| refused(refusal.into()))?;
    desk.close_ticket(&agent, ticket, &reason).await.map_err(refused)
}
