//! The agent at a console.

use super::ForAgent;
use crate::{AgentId, Role, SiteId, TicketNumber, Timestamp, contact::Contact};
use serde::{Deserialize, Serialize};

crate::text_enum! {
    /// What an agent is available for.
    pub enum AgentState {
        /// *Disponible*: chats may ring.
        Available = "available",
        /// *Ausente*: nothing rings. With one of the owner's reasons, where one was given.
        Away = "away",
        /// *RONA*: the agent let an offer ring for `ring_time`. Nothing rings until they choose another state.
        Rona = "rona",
    }
}

/// The agent at this console.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Me {
    /// Their id, as entries name it.
    pub id: AgentId,
    /// The full name.
    pub name: String,
    /// The sign-in address.
    pub email: String,
    /// What they may do at most.
    pub role: Role,
    /// Disponible, Ausente or RONA.
    pub state: AgentState,
    /// Since when.
    pub since: Timestamp,
    /// Why Ausente, where a reason was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The reasons to choose from: those of the sites served, each once.
    #[serde(default)]
    pub away_reasons: Vec<String>,
    /// What was missed, while in RONA.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub missed: Option<ForAgent<Missed>>,
    /// The names of the sites served.
    pub sites: Vec<String>,
    /// Those of the sites served of which this agent reads sensitive data masked, in the order of their ids. A console
    /// that learns others than it knew was away when that changed, and shows nothing any more of what it has.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub masked: Vec<SiteId>,
}

/// The offer that made an agent RONA.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Missed {
    /// `CO-1042`.
    pub number: TicketNumber,
    /// Who asked.
    pub contact: Contact,
    /// How long it rang, in milliseconds.
    pub ring_ms: u64,
}
