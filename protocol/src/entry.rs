//! What happened on a ticket, in one shape per audience so that a leak does not compile.

use crate::{
    AgentId, EntryId, PageUrl, Score, Seq, Timestamp,
    agent::{HandoverOutcome, Revealable},
    file::Attachment,
    properties::Change,
};
use serde::{Deserialize, Serialize};

crate::text_enum! {
    /// The category of a ticket's state.
    pub enum Category {
        /// The desk has the next move.
        Open = "open",
        /// The customer has the next move.
        Waiting = "waiting",
        /// Done.
        Closed = "closed",
    }
}

crate::text_enum! {
    /// How soon a ticket wants somebody (`behaviours.md`, "Ticket, chat, entry"); the first comes first.
    #[derive(PartialOrd, Ord, Default)]
    pub enum Priority {
        /// Before everything else.
        Urgent = "urgent",
        /// Before the usual ones.
        High = "high",
        /// What a new ticket has.
        #[default]
        Medium = "medium",
        /// After the others.
        Low = "low",
    }
}

impl Priority {
    /// 1 for the most urgent: a number by which an index can order a line.
    pub fn rank(self) -> i64 {
        self as i64 + 1
    }
}

/// A ticket's state: the owner's name for it, and the category that the rules go by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TicketState {
    /// `pendiente`, `atendido`, `finalizado` or the owner's own words.
    pub name: String,
    /// What it means to the rules.
    pub category: Category,
}

/// A ticket's priority: the owner's name for it, and the level that the rules go by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TicketPriority {
    /// `muy urgente`, `alta`, `media`, `baja` or the owner's own words.
    pub name: String,
    /// What it means to the rules.
    pub level: Priority,
}

crate::text_enum! {
    /// Who ended a chat.
    pub enum EndedBy {
        /// The agent, with a closing reason.
        Agent = "agent",
        /// The visitor, from the menu.
        Visitor = "visitor",
        /// Nobody wrote for `idle_limit`.
        Inactivity = "inactivity",
        /// The queue, site or agent was removed.
        Desk = "desk",
    }
}

crate::text_enum! {
    /// Why a waiting chat became a help request.
    pub enum BecameRequest {
        /// Nobody took it within `wait_limit`.
        WaitLimit = "wait_limit",
        /// The desk's hours ended while it waited.
        DeskClosed = "desk_closed",
        /// The owner closed the desk while it waited.
        Override = "override",
        /// The last agent left while it waited.
        NoAgents = "no_agents",
        /// The visitor would not wait any longer.
        Visitor = "visitor",
        /// The queue or the site was removed while it waited.
        Removed = "removed",
    }
}

crate::text_enum! {
    /// What a chat belonged to and was removed under it: it can only be ended.
    pub enum Removed {
        /// The site.
        Site = "site",
        /// The queue.
        Queue = "queue",
        /// The agent who has it.
        Agent = "agent",
    }
}

/// One entry as a visitor may see it. There is no internal comment and no agent's id in this type.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VisitorEntry {
    /// Its place in the ticket.
    pub seq: Seq,
    /// Its id; the sender's own for a message.
    pub id: EntryId,
    /// When it was committed.
    pub at: Timestamp,
    /// What happened.
    pub body: VisitorBody,
}

/// What happened, for a visitor.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VisitorBody {
    /// The visitor's own message (chat, form or ticket page).
    Visitor {
        text: String,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        files: Vec<Attachment>,
    },
    /// An agent's message.
    Agent {
        name: String,
        text: String,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        files: Vec<Attachment>,
    },
    /// A chat began to wait.
    ChatStarted,
    /// An agent joined.
    Joined { name: String },
    /// An agent left.
    Left { name: String },
    /// The chat went back to the queue because its agent's console was gone.
    Requeued,
    /// A waiting chat became a help request.
    BecameRequest { why: BecameRequest },
    /// Another agent has the chat from now on.
    Transferred { name: String },
    /// Nobody has written for long: the chat is about to end.
    IdleWarning,
    /// The site was removed: the chat can only be ended.
    SiteRemoved,
    /// The queue was removed: the chat can only be ended.
    QueueRemoved,
    /// The agent was removed: the chat can only be ended.
    AgentRemoved,
    /// The chat ended.
    ChatEnded { by: EndedBy },
    /// The ticket's state changed.
    StateChanged { state: TicketState },
    /// The visitor rated the chat.
    Rated { score: Score },
    /// The transcript was asked for.
    TranscriptSent,
    /// Something that this audience is not shown; it keeps the sequence gap-free.
    Hidden,
}

/// One entry as an agent may see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgentEntry {
    /// Its place in the ticket.
    pub seq: Seq,
    /// Its id; the sender's own for a message.
    pub id: EntryId,
    /// When it was committed.
    pub at: Timestamp,
    /// What happened.
    pub body: AgentBody,
}

/// What happened, for an agent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AgentBody {
    /// The visitor's message.
    Visitor {
        text: String,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        files: Vec<Attachment>,
    },
    /// An agent's message.
    Agent {
        agent: AgentId,
        name: String,
        text: String,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        files: Vec<Attachment>,
    },
    /// An internal comment; `mentions`: who is called to it. Its files are for agents alone, as it is.
    Comment {
        agent: AgentId,
        name: String,
        text: String,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        mentions: Vec<AgentId>,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        files: Vec<Attachment>,
    },
    /// A chat began to wait, on this page.
    ChatStarted { page: Option<PageUrl> },
    /// An agent joined.
    Joined { agent: AgentId, name: String },
    /// An agent left.
    Left { agent: AgentId, name: String },
    /// The chat went back to the queue because its agent's console was gone.
    Requeued,
    /// A waiting chat became a help request.
    BecameRequest { why: BecameRequest },
    /// An agent asks that another one takes the chat over; `to`: the queue or agent that is asked.
    TransferRequested { agent: AgentId, name: String, to: String },
    /// The chat has another agent. `queue`: the one that was asked, where it was a queue.
    Transferred {
        from: AgentId,
        from_name: String,
        to: AgentId,
        to_name: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        queue: Option<String>,
    },
    /// Nothing came of a transfer that `name` asked for.
    TransferAbandoned { name: String, to: String, why: HandoverOutcome },
    /// Why the agent who had the chat handed it over.
    HandedOver { agent: AgentId, name: String, reason: String },
    /// An agent asks that another one joins the chat.
    ConferenceRequested { agent: AgentId, name: String, to: String },
    /// Nothing came of a conference that `name` asked for.
    ConferenceAbandoned { name: String, to: String, why: HandoverOutcome },
    /// Nobody has written for long: the chat is about to end.
    IdleWarning,
    /// The site was removed: the chat can only be ended.
    SiteRemoved,
    /// The queue was removed: the chat can only be ended.
    QueueRemoved,
    /// The agent was removed: the chat can only be ended.
    AgentRemoved,
    /// The chat ended; agents give a reason.
    ChatEnded { by: EndedBy, reason: Option<String> },
    /// The ticket's state changed.
    StateChanged { state: TicketState, by: Option<String> },
    /// The visitor rated the chat.
    Rated { score: Score, comment: Option<String> },
    /// The visitor gave or changed an address or name.
    ContactChanged { name: Option<String>, email: Option<String> },
    /// A mail was put into the outbox.
    MailQueued { to: String, subject: String },
    /// A mail was held back by a cap, or given up; never silent.
    MailHeld { to: String, why: String },
    /// The transcript was asked for.
    TranscriptSent { to: String },
    /// An agent looked at what they read masked: a field, or of the entry `seq` all of it.
    Revealed {
        agent: AgentId,
        name: String,
        field: Revealable,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        seq: Option<Seq>,
        /// The name of the owner's field, where it was one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        own: Option<String>,
    },
    /// An agent changed properties of the ticket: those saved together, but for the state.
    Changed { agent: AgentId, name: String, changes: Vec<Change> },
    /// An agent renewed the ticket's link: what came by an earlier one opens nothing any more.
    LinkRenewed { agent: AgentId, name: String },
}
