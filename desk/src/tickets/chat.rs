//! The chat of a ticket.

use protocol::{AgentId, ChatId, OfferId};

/// The chat on a locked ticket: the one under way, or the last.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LockedChat {
    pub(crate) id: ChatId,
    pub(crate) state: ChatState,
    /// The owner: who has it while it is active, who had it once it has ended.
    pub(crate) agent: Option<AgentId>,
    /// Who is in an active one beside the owner.
    pub(crate) guest: Option<AgentId>,
    /// The open offer of one that waits: where it rings.
    pub(crate) offer: Option<OpenOffer>,
    /// The open offer of an active one: at whom it rings, to be taken over or joined.
    pub(crate) asked: Option<OpenOffer>,
    pub(crate) score: Option<i64>,
}

/// An offer without an outcome.
#[derive(Clone, Copy, Debug)]
pub(crate) struct OpenOffer {
    pub(crate) id: OfferId,
    /// None: the account is gone.
    pub(crate) to: Option<AgentId>,
}

protocol::text_enum! {
    /// Where a chat is: `waiting -> ringing -> active -> ended`; one that waits or rings may become a request instead.
    /// The rules are in `chats/life.rs`.
    pub(crate) enum ChatState {
        /// For an agent.
        Waiting = "waiting",
        /// An agent is being asked. Still without one.
        Ringing = "ringing",
        /// An agent has it.
        Active = "active",
        /// By one of its people.
        Ended = "ended",
        /// Nobody took it: the ticket is a help request.
        Request = "request",
    }
}

impl ChatState {
    /// Under way: somebody has it or is to have it.
    pub(crate) fn is_live(self) -> bool {
        self.is_waiting() || self == Self::Active
    }

    /// Without an agent.
    pub(crate) fn is_waiting(self) -> bool {
        matches!(self, Self::Waiting | Self::Ringing)
    }
}

/// Whether an agent has or had the chat `c`: one that went back to the line has no owner, but somebody had joined.
macro_rules! attended {
    () => {
        "(c.agent_id is not null or exists (
        select 1 from entries e
        where e.ticket_id = c.ticket_id and e.kind = 'joined' and e.at >= c.started_at))"
    };
}

pub(crate) use attended;
