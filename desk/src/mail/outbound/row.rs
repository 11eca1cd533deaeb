//! A row of the outbox.

use sqlx::types::Json;
use uuid::Uuid;

protocol::text_enum! {
    /// How a mail went out.
    pub(super) enum MailOutcome {
        /// The relay took it.
        Sent = "sent",
        /// It was written as a file, for there is no relay.
        Kept = "kept",
    }
}

/// A mail that is to be sent.
#[derive(Clone, Debug, sqlx::FromRow)]
pub(crate) struct MailRow {
    pub(super) site_id: Uuid,
    pub(super) ticket_id: Option<Uuid>,
    pub(super) details: Json<serde_json::Value>,
    pub(super) to_address: String,
    pub(super) to_name: Option<String>,
    pub(super) lang: String,
    pub(super) subject: String,
    pub(super) text: Option<String>,
    pub(super) html: Option<String>,
    pub(super) message_id: String,
    pub(super) in_reply_to: Option<String>,
    pub(super) uncertain_sends: i64,
    pub(super) created_at: i64,
}
