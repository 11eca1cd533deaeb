//! The files of a ticket.

use super::ApiError;
#[cfg(feature = "ssr")]
use super::server::{caller, refused};
use protocol::{FileId, TicketId, agent::ForAgent, file::TicketFiles};

calls! {
    /// A page of a ticket's files, the newest first; `after`: where the page before ended.
    "files/list" pub async fn list_files(ticket: TicketId, after: Option<FileId>) -> Result<ForAgent<TicketFiles>, ApiError> {
        let (desk, agent) = caller()?;
        desk.ticket_files(&agent, ticket, after).await.map_err(refused)
    }
}
