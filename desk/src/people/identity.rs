//! Who a person is: what their session knows of them.

use protocol::{AgentId, SiteId, Timestamp, agent::AgentState};

/// What a person may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    Owner,
    Supervisor,
    Agent,
}

impl Role {
    /// As it is stored and named on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Supervisor => "supervisor",
            Self::Agent => "agent",
        }
    }

    /// The least of them for a name that is not known.
    pub(crate) fn from_name(name: &str) -> Self {
        match name {
            "owner" => Self::Owner,
            "supervisor" => Self::Supervisor,
            _ => Self::Agent,
        }
    }
}

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
