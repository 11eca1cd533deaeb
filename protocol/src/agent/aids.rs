//! What helps an agent write: drafts, canned replies, and colleagues who look on or are mentioned.

use crate::{
    AgentId, ReplyId, TicketId, Timestamp,
    settings::{Replies, ReplyName},
    text::ChatText,
};
use serde::{Deserialize, Serialize};

/// What an agent has typed for a ticket and not sent, on whichever device.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draft {
    /// The ticket.
    pub ticket: TicketId,
    /// The text; empty once it was sent or deleted.
    pub text: String,
    /// When it was typed, by the server's clock as the console knows it: the newest wins.
    pub at: Timestamp,
}

/// An agent as others of the same site see them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Colleague {
    /// Who.
    pub agent: AgentId,
    /// The full name.
    pub name: String,
}

/// A text that is written often, chosen by its name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CannedReply {
    /// The agent's own; none: the site's, which its owner changes.
    pub id: Option<ReplyId>,
    /// What it is called.
    pub name: ReplyName,
    /// What it says, with `{name}`, `{number}`, `{agent}` and `{site}` in the places of these.
    pub text: ChatText,
}

/// The most canned replies of an agent's own.
pub const OWN_REPLIES: usize = Replies::MAX;
