//! Frames between an agent's console and the server: JSON text, one enum per direction. Subprotocol [`SUBPROTOCOL`].
//!
//! The socket talks; deciding (accept, decline, end, state, sign-out) is server functions, each one request with its
//! own answer.

use crate::{
    AgentId, ChatId, EntryId, FileId, OfferId, PageUrl, Refusal, Seq, SiteId, TicketId,
    TicketNumber, Timestamp,
    contact::Contact,
    entry::{AgentEntry, Removed, TicketPriority, TicketState},
};
use serde::{Deserialize, Serialize};

mod aids;
mod for_agent;
mod handover;
mod me;
mod worklist;

pub use aids::{CannedReply, Colleague, Draft, OWN_REPLIES};
pub use for_agent::{ForAgent, Sensitive, Sight};
pub use handover::{
    AgentTarget, Guest, Handover, HandoverKind, HandoverOutcome, OfferKind, Presence, QueueTarget,
    Targets,
};
pub use me::{AgentState, Me, Missed};
pub use worklist::{Total, WorkKind, WorkPlace, WorkView};

/// `Sec-WebSocket-Protocol` of this version.
pub const SUBPROTOCOL: &str = "ayuda.agent.1";

/// What a console sends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum AgentCommand {
    /// First frame; answered by `Welcome`.
    Hello,
    /// Show this ticket: answered by `Conversation`, `Entries` after what the console has, then live `Entry`s.
    Watch { ticket: TicketId, after: Seq },
    /// Stop showing it.
    Unwatch { ticket: TicketId },
    /// A message to the visitor. Answered by `Ack` or `Refused` with the same id.
    Say {
        ticket: TicketId,
        id: EntryId,
        text: String,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        files: Vec<FileId>,
    },
    /// An internal comment, which mentions these agents; with files it may be without text. Answered by `Ack` or `Refused` with the same id.
    Comment {
        ticket: TicketId,
        id: EntryId,
        text: String,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        mentions: Vec<AgentId>,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        files: Vec<FileId>,
    },
    /// What is typed and not sent, for this agent's other consoles and devices; sent when it has not changed for a
    /// moment.
    Draft { draft: Draft },
    /// The agent is typing; sent at most every three seconds.
    Typing { ticket: TicketId },
    /// Everything up to here has been on screen.
    Seen { ticket: TicketId, upto: Seq },
    /// Show this view of the list from its beginning: answered by `Listed`, then live rows.
    List { view: WorkView },
    /// The next page of the view that is shown: answered by `Listed`.
    More,
    /// Is anybody there? Answered by `Pong`.
    Ping,
}

/// What a console receives.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AgentEvent {
    /// Answer to `Hello`: everything the console's frame shows, with the first page of *Abiertas*. Sent again whole
    /// after every reconnect. `total`: as in `Listed`.
    Welcome {
        me: Me,
        work: Vec<ForAgent<WorkItem>>,
        offers: Vec<ForAgent<Offer>>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        total: Option<Total>,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        drafts: Vec<Draft>,
    },
    /// Rows of the view that is shown: its `first` page, with this agent's chats whatever the view, or rows that follow
    /// those sent before. `total`: how many rows the view has, while there are more than were sent; also sent without
    /// rows, when that number changes.
    Listed {
        view: WorkView,
        first: bool,
        items: Vec<ForAgent<WorkItem>>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        total: Option<Total>,
    },
    /// A row of the list is new or changed.
    Work { item: Box<ForAgent<WorkItem>> },
    /// A row left the list.
    WorkGone { ticket: TicketId },
    /// The agent may see a watched ticket no longer, and watches it no longer.
    AccessLost { ticket: TicketId },
    /// What the agent may read of sensitive data is another: whatever the console has of conversations is to be
    /// forgotten, and it watches none any more. `masked`: as in [`Me`].
    SightChanged { masked: Vec<SiteId> },
    /// The head of a watched ticket is new or changed.
    Conversation { conversation: Box<ForAgent<Conversation>> },
    /// Entries of a watched ticket in order; `last` is the ticket's last sequence.
    Entries { ticket: TicketId, entries: Vec<ForAgent<AgentEntry>>, last: Seq },
    /// One new entry of a watched ticket.
    Entry { ticket: TicketId, entry: ForAgent<AgentEntry> },
    /// The message is committed.
    Ack { ticket: TicketId, id: EntryId, seq: Seq, at: Timestamp },
    /// A command was refused; `id` names the message, where it was one.
    Refused { ticket: Option<TicketId>, id: Option<EntryId>, refusal: Refusal },
    /// The visitor is typing.
    Typing { ticket: TicketId },
    /// A colleague is typing.
    ColleagueTyping { ticket: TicketId, colleague: Colleague },
    /// Who else has a watched ticket on screen, by name.
    Watchers { ticket: TicketId, colleagues: Vec<Colleague> },
    /// Another console of this agent has a newer draft.
    Draft { draft: Draft },
    /// A colleague mentioned this agent in a comment.
    Mentioned { ticket: TicketId, number: TicketNumber, by: String },
    /// The visitor has seen everything up to here.
    Seen { ticket: TicketId, upto: Seq },
    /// Whether the visitor's panel is connected.
    VisitorPresent { ticket: TicketId, present: bool },
    /// A chat rings here.
    Offer { offer: Box<ForAgent<Offer>> },
    /// It rings no longer: taken, withdrawn or declined elsewhere.
    OfferGone { chat: ChatId },
    /// A transfer or conference that this agent asked for is settled; `to` as it was asked for, or who accepted.
    Handover {
        ticket: TicketId,
        number: TicketNumber,
        kind: HandoverKind,
        to: String,
        outcome: HandoverOutcome,
        /// Whether there is nothing to ask about it any more: why the chat was handed over is known, or left open.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        has_reason: bool,
    },
    /// The agent's own state changed (also from another tab).
    State { me: Me },
    /// Answer to `Ping`.
    Pong,
    /// The session has ended: sign in again.
    SignedOut,
    /// The server goes away; come back after so many milliseconds.
    GoingAway { retry_ms: u64 },
}

crate::text_enum! {
    /// What of a ticket a supervisor reveals to himself where he reads it masked.
    pub enum Revealable {
        /// The visitor's name.
        Name = "name",
        /// The visitor's address.
        Email = "email",
        /// The visitor's telephone number.
        Phone = "phone",
        /// The subject.
        Subject = "subject",
        /// The page that the visitor was on.
        Page = "page",
        /// One of the owner's own fields of a contact.
        Own = "own",
        /// One entry: what it says, with the names of its files.
        Entry = "entry",
    }
}

/// A row of the agent's list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkItem {
    /// The ticket.
    pub ticket: TicketId,
    /// `CO-1042`.
    pub number: TicketNumber,
    /// The chat, where there is one that has not ended.
    pub chat: Option<ChatId>,
    /// Which group it belongs to.
    pub kind: WorkKind,
    /// The site's name.
    pub site: String,
    /// The queue's name.
    pub queue: String,
    /// Who asks.
    pub contact: Contact,
    /// The subject, where one was given.
    pub subject: Option<String>,
    /// The beginning of the last message, at most 140 characters.
    pub preview: String,
    /// Whether this agent wrote that message.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub preview_mine: bool,
    /// The ticket's state.
    pub state: TicketState,
    /// When the work began: the chat's start, or the request's arrival.
    pub since: Timestamp,
    /// The last entry's instant.
    pub last_at: Timestamp,
    /// Visitor messages that the agents' side has not seen.
    pub unread: u32,
    /// Whether this agent had its last chat or answered it last.
    #[serde(default)]
    pub mine: bool,
    /// Its priority; none from a server of before this was said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub priority: Option<TicketPriority>,
    /// What it is about, from the owner's list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ticket_type: Option<String>,
    /// Its tags, in the order of the owner's list.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
}

/// The head of a ticket on screen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conversation {
    /// The ticket.
    pub ticket: TicketId,
    /// `CO-1042`.
    pub number: TicketNumber,
    /// The chat on it.
    pub chat: AgentChat,
    /// The site's name.
    pub site: String,
    /// The queue's name.
    pub queue: String,
    /// Who asks.
    pub contact: Contact,
    /// The subject, where one was given.
    pub subject: Option<String>,
    /// The ticket's state.
    pub state: TicketState,
    /// The page the visitor was on.
    pub page: Option<PageUrl>,
    /// The visitor's language.
    pub lang: String,
    /// When the ticket was made.
    pub created_at: Timestamp,
    /// The last sequence.
    pub last: Seq,
    /// What the visitor has seen.
    pub visitor_seen: Seq,
    /// What the agents' side has seen.
    pub agent_seen: Seq,
    /// Whether the visitor's panel is connected.
    pub visitor_present: bool,
    /// What was removed, so that a chat can only be ended: the site, where nothing can be written any more; of an
    /// active chat also its queue or its agent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub removed: Option<Removed>,
    /// Whether the agent at this console may end the chat.
    #[serde(default)]
    pub may_end: bool,
    /// Its priority; none from a server of before this was said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub priority: Option<TicketPriority>,
    /// What it is about, from the owner's list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ticket_type: Option<String>,
    /// Its tags, in the order of the owner's list.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
}

/// The chat on a ticket, for agents.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AgentChat {
    /// No chat: a help request.
    None,
    /// Waiting for an agent.
    Waiting { chat: ChatId, since: Timestamp },
    /// With an agent; `mine` when it is this one. `guest`: who else is in it, by a conference. `handover`: the transfer
    /// or conference that is being asked for.
    Active {
        chat: ChatId,
        agent: String,
        mine: bool,
        since: Timestamp,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        guest: Option<Guest>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        handover: Option<Handover>,
    },
    /// Ended.
    Ended { at: Timestamp },
}

/// A chat that rings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offer {
    /// The chat to accept or decline.
    pub chat: ChatId,
    /// Its ticket.
    pub ticket: TicketId,
    /// `CO-1042`.
    pub number: TicketNumber,
    /// The queue's name.
    pub queue: String,
    /// The site's name.
    pub site: String,
    /// Who asks.
    pub contact: Contact,
    /// The page of origin.
    pub page: Option<PageUrl>,
    /// The first message.
    pub message: String,
    /// When the chat arrived.
    pub since: Timestamp,
    /// The subject, where one was given.
    #[serde(default)]
    pub subject: Option<String>,
    /// When it began to ring here; 0 from a server of before this was said.
    #[serde(default)]
    pub rings_from: Timestamp,
    /// When it stops ringing here by itself; 0 from a server of before this was said.
    #[serde(default)]
    pub rings_until: Timestamp,
    /// What is asked: to take a chat that waits, to take one over, to join one.
    #[serde(default)]
    pub kind: OfferKind,
    /// The offer itself, which accepting and declining name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offer: Option<OfferId>,
    /// Who hands the chat over, or invites.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// What they say of it, for agents alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}
