//! What the inbox starts from.

use protocol::{
    Seq, TicketId,
    agent::{Conversation, ForAgent},
    entry::AgentEntry,
};
use serde::{Deserialize, Serialize};

/// What the server read for the inbox besides the list, which every page has.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum InboxStart {
    /// Nothing: no ticket is named.
    List,
    /// The conversation that the address names.
    Open(Box<Opened>),
    /// There is no such ticket for this agent.
    Missing(TicketId),
}

/// A conversation with the entries to begin with.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Opened {
    /// Its head.
    pub conversation: ForAgent<Conversation>,
    /// Its entries from the first on.
    pub entries: Vec<ForAgent<AgentEntry>>,
    /// The ticket's last sequence.
    pub last: Seq,
}
