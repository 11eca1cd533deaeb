//! Frames between a visitor's panel and the server: JSON text, one enum per direction, each frame an object of one
//! key (or a bare name). serde's internal tags would buffer every frame on its way in, and their code is a third of
//! a small wasm.
//!
//! Subprotocol [`SUBPROTOCOL`]; the first frame is [`VisitorCommand::Hello`]. Starting a chat and sending the form are
//! plain form posts (see [`crate::form`]), so that they work before or without wasm; what follows is talk over this
//! socket.

use crate::{
    EntryId, FileId, Refusal, Seq, TicketNumber, TicketToken, Timestamp,
    entry::{Removed, TicketState, VisitorEntry},
    status::Availability,
};
use serde::{Deserialize, Serialize};

/// `Sec-WebSocket-Protocol` of this version.
pub const SUBPROTOCOL: &str = "ayuda.visitor.1";
/// Close code of a socket that did not keep up; it comes back and resumes.
pub const TOO_SLOW: u16 = 4008;

/// What a panel sends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum VisitorCommand {
    /// First frame. Without a token the panel only receives [`VisitorEvent::Status`].
    Hello { token: Option<TicketToken>, after: Seq },
    /// A message. Answered by `Ack` or `Refused` with the same id.
    Say {
        id: EntryId,
        text: String,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        files: Vec<FileId>,
    },
    /// The visitor is typing; sent at most every three seconds.
    Typing,
    /// Everything up to here has been on screen.
    Seen { upto: Seq },
    /// There is a gap after this; answered by `Entries`.
    Resume { after: Seq },
    /// End the chat.
    End,
    /// Wait no longer: the chat becomes a help request. Nothing happens where none waits.
    LeaveRequest,
    /// Mail the transcript, to this address when the ticket has none. Answered by `Done` or `Refused`; `EmailKnown`
    /// when the ticket has another one.
    Transcript { email: Option<String> },
    /// The e-mail asked for when a chat became a help request. Answered by `Done` or `Refused`; `EmailKnown` when
    /// the ticket has another one.
    Contact { email: String },
    /// Rate the ended chat, 1 to 5. Answered by `Done` or `Refused`.
    Rate { score: u8, comment: Option<String> },
    /// The page that the visitor is on is another now. What is no page of the web is dropped.
    Page { page: String },
    /// Is anybody there? Answered by `Pong`.
    Ping,
}

/// What a panel receives.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VisitorEvent {
    /// Answer to `Hello` with a valid token: the state of things, then `Entries` after what the panel has.
    Welcome { ticket: VisitorTicket, status: Availability },
    /// Answer to `Hello` with a token that opens nothing (any more): forget it.
    Unknown { status: Availability },
    /// The button's answer: first thing on a socket without a token, and whenever it changes.
    Status { status: Availability },
    /// Entries in order; `last` is the ticket's last sequence, so that the panel knows whether to ask on.
    Entries { entries: Vec<VisitorEntry>, last: Seq },
    /// One new entry.
    Entry { entry: VisitorEntry },
    /// The message is committed.
    Ack { id: EntryId, seq: Seq, at: Timestamp },
    /// A command was refused; `id` names the message, where it was one. The text stays with the sender.
    Refused { id: Option<EntryId>, refusal: Refusal },
    /// The ticket's or chat's state changed (also the position in the queue).
    Ticket { ticket: VisitorTicket },
    /// An agent is typing.
    Typing { name: String },
    /// The agent has seen everything up to here.
    Seen { upto: Seq },
    /// `Transcript`, `Contact` or `Rate` is done.
    Done { what: Done },
    /// Answer to `Ping`.
    Pong,
    /// The server goes away; come back after so many milliseconds.
    GoingAway { retry_ms: u64 },
}

crate::text_enum! {
    /// What a `Done` speaks of.
    pub enum Done {
        /// The transcript is on its way.
        Transcript = "transcript",
        /// The transcript follows once the button behind the link that was mailed is pressed.
        TranscriptOnceConfirmed = "transcript_once_confirmed",
        /// The address was taken down.
        Contact = "contact",
        /// The rating was stored.
        Rating = "rating",
    }
}

/// The visitor's ticket at a glance.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VisitorTicket {
    /// `CO-1042`.
    pub number: TicketNumber,
    /// The subject, where one was given.
    pub subject: Option<String>,
    /// The ticket's state.
    pub state: TicketState,
    /// The chat on it.
    pub chat: VisitorChat,
    /// The address that mail goes to, as the visitor typed it.
    pub email: Option<String>,
    /// The last sequence that the agents' side has seen.
    pub seen_upto: Seq,
    /// What was removed, so that a chat can only be ended: the site, where nothing can be written any more; of an
    /// active chat also its queue or its agent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub removed: Option<Removed>,
}

/// The chat on a ticket, for its visitor.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VisitorChat {
    /// Waiting or ringing; position 1 is next.
    Waiting { position: u32 },
    /// With an agent; `guest`: who else is in it.
    Active {
        agent: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        guest: Option<String>,
    },
    /// Ended; `rated` when a rating was given already, `attended` when an agent had it: nobody rates what did not
    /// happen.
    Ended {
        rated: bool,
        #[serde(default)]
        attended: bool,
    },
    /// The ticket is a help request: no chat, or one that became a request.
    Request,
}
