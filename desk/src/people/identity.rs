//! Who a person is: what their session knows of them.

use protocol::{AgentId, SiteId, Timestamp, agent::AgentState};

pub use protocol::Role;

/// A person who answers, as their session knows them.
#[derive(Clone, Debug)]
pub struct Agent {
    pub id: AgentId,
    pub name: String,
    pub email: String,
    pub role: Role,
    pub state: AgentState,
    pub since: Timestamp,
    /// `es`, `en`, `pt`.
    pub lang: String,
    pub sites: Vec<SiteId>,
}

/// Addresses are one agent's whatever their case.
pub(crate) fn email_key(email: &str) -> String {
    email.trim().to_lowercase()
}
