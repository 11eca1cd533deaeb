//! Chats that are handed over or shared: what is asked of whom, and what came of it.

use crate::{AgentId, QueueId, Timestamp};
use serde::{Deserialize, Serialize};

crate::text_enum! {
    /// What an offer asks.
    #[derive(Default)]
    pub enum OfferKind {
        /// To take a chat that waits.
        #[default]
        Chat = "chat",
        /// To take a chat over from its agent.
        Transfer = "transfer",
        /// To join a chat beside its agent.
        Conference = "conference",
    }
}

crate::text_enum! {
    /// What its agent asks of others for a chat.
    pub enum HandoverKind {
        /// That one takes it over.
        Transfer = "transfer",
        /// That one joins it.
        Conference = "conference",
    }
}

impl From<HandoverKind> for OfferKind {
    fn from(kind: HandoverKind) -> Self {
        match kind {
            HandoverKind::Transfer => Self::Transfer,
            HandoverKind::Conference => Self::Conference,
        }
    }
}

crate::text_enum! {
    /// What came of a transfer or conference that was asked for. All but the first: it is abandoned, and nothing moved.
    pub enum HandoverOutcome {
        /// An agent accepted.
        Accepted = "accepted",
        /// The agent who was asked did not want it.
        Declined = "declined",
        /// The agent who was asked let it ring for `ring_time`.
        Missed = "missed",
        /// Who asked took it back.
        Cancelled = "cancelled",
        /// Of the queue, or of the one who was asked, nobody is left to ring at.
        NobodyLeft = "nobody_left",
        /// The chat ended, or lost its agent.
        Gone = "gone",
    }
}

/// The agent who is in a chat beside its owner.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Guest {
    /// Who.
    pub agent: AgentId,
    /// Their name.
    pub name: String,
    /// Whether it is the agent at this console.
    pub me: bool,
}

/// A transfer or conference that is being asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Handover {
    /// Which of the two.
    pub kind: HandoverKind,
    /// The name of the queue or agent that is asked.
    pub to: String,
    /// Whether the agent at this console asks.
    pub by_me: bool,
    /// Since when.
    pub since: Timestamp,
}

/// Whom a chat can be handed to, or who can be asked to join it, as of now.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Targets {
    /// The queues of its site, in the owner's order.
    pub queues: Vec<QueueTarget>,
    /// The other agents of its site: first those who can be asked, then by name.
    pub agents: Vec<AgentTarget>,
}

/// A queue that a chat can be handed to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueueTarget {
    /// Which.
    pub queue: QueueId,
    /// Its name.
    pub name: String,
    /// How many of its agents could be rung now: Disponible, connected, below capacity. The caller is none of them.
    pub free: u32,
    /// How many agents serve it, without the caller.
    pub agents: u32,
    /// Whether the chat is in it.
    pub current: bool,
}

crate::text_enum! {
    /// Where an agent is for colleagues: their state, or that no console of theirs is open.
    pub enum Presence {
        /// *Disponible*
        Available = "available",
        /// *Ausente*
        Away = "away",
        /// *RONA*
        Rona = "rona",
        /// *Desconectado*: no console for 30 s.
        Offline = "offline",
    }
}

/// An agent whom a chat can be handed to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgentTarget {
    /// Who.
    pub agent: AgentId,
    /// Their name.
    pub name: String,
    /// Where they are.
    pub state: Presence,
    /// Why Ausente, where a reason was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Since when they are there.
    pub since: Timestamp,
    /// Chats that they have, or that ring there.
    pub load: u32,
    /// Chats that they have at a time at the most.
    pub capacity: u32,
    /// Whether they can be asked now.
    pub free: bool,
}
