//! What is masked is looked at.

use super::ApiError;
#[cfg(feature = "ssr")]
use super::server::{caller, refused};
use protocol::{ContactFieldId, EntryId, TicketId, agent::Revealable};

calls! {
    /// What a field of the ticket says or, for `field=entry`, that entry and, for `field=own`, that field of the owner's. It is noted on the ticket who looked.
    "tickets/reveal" pub async fn reveal(
        ticket: TicketId,
        field: Revealable,
        entry: Option<EntryId>,
        own: Option<ContactFieldId>,
    ) -> Result<String, ApiError> {
        let (desk, agent) = caller()?;
        desk.reveal(&agent, ticket, field, (entry, own)).await.map_err(refused)
    }
}
