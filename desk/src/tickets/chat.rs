//! The chat of a ticket.

use protocol::{AgentId, ChatId};

/// The chat on a held ticket: the one under way, or the last.
#[derive(Clone, Debug)]
pub(crate) struct LockedChat {
    pub(crate) id: ChatId,
    pub(crate) state: ChatState,
    pub(crate) agent: Option<AgentId>,
    pub(crate) score: Option<i64>,
}

/// Where a chat is: `waiting -> ringing -> active -> ended`; a waiting one may become a request instead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ChatState {
    Waiting,
    Ringing,
    Active,
    Ended,
    Request,
}

impl ChatState {
    pub(crate) fn from_text(text: &str) -> Self {
        match text {
            "waiting" => Self::Waiting,
            "ringing" => Self::Ringing,
            "active" => Self::Active,
            "request" => Self::Request,
            _ => Self::Ended,
        }
    }

    /// Under way: somebody has it or is to have it.
    pub(crate) fn is_live(self) -> bool {
        self.is_waiting() || self == Self::Active
    }

    /// Without an agent.
    pub(crate) fn is_waiting(self) -> bool {
        matches!(self, Self::Waiting | Self::Ringing)
    }
}
