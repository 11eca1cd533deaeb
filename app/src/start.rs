//! What the server hands to the page: everything the first paint shows, rendered by one side and taken over by the other.

use protocol::{
    MailId, Seq, TicketId, Timestamp,
    agent::{Conversation, Me, Offer, WorkItem},
    entry::AgentEntry,
    strings::Strings,
};
use serde::{Deserialize, Serialize};

/// The state that a console page starts from.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Start {
    /// `es`, `en`, `pt`.
    pub lang: String,
    /// The sections `console`, `error`, `field` and `state` in that language.
    pub strings: Strings,
    /// The server's clock when it rendered.
    pub now: Timestamp,
    /// Minutes east of UTC where the agent sits, as an earlier visit left it in a cookie.
    pub offset: Option<i32>,
    /// Who is signed in.
    pub me: Me,
    /// The list.
    pub work: Vec<WorkItem>,
    /// What rings.
    pub offers: Vec<Offer>,
    /// The address.
    pub path: String,
    /// The ticket that the address names.
    pub asked: Option<TicketId>,
    /// Its conversation; none when there is no such ticket for this agent.
    pub opened: Option<Opened>,
    /// The mails, on the mail pages.
    pub mails: Option<Vec<MailRow>>,
    /// The mail that the address names.
    pub mail: Option<MailText>,
}

/// A conversation with the entries to begin with.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Opened {
    /// Its head.
    pub conversation: Conversation,
    /// Its entries from the first on.
    pub entries: Vec<AgentEntry>,
    /// The ticket's last sequence.
    pub last: Seq,
}

/// A mail in the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MailRow {
    /// Its id.
    pub id: MailId,
    /// When it was written.
    pub at: Timestamp,
    /// To whom.
    pub to: String,
    /// The subject.
    pub subject: String,
    /// Where it is on its way.
    pub state: MailState,
    /// What the relay said last.
    pub error: Option<String>,
}

/// Where a mail is on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MailState {
    /// Waiting for its first try.
    Queued,
    /// A try failed, and the next one is due.
    Retrying,
    /// Accepted by the relay.
    Sent,
    /// Written to a file, for there is no relay.
    Kept,
    /// Given up.
    Parked,
}

impl MailState {
    /// The key of its name in the catalogue.
    pub fn key(self) -> &'static str {
        match self {
            Self::Queued => "mail_queued",
            Self::Retrying => "mail_retrying",
            Self::Sent => "mail_sent",
            Self::Kept => "mail_kept",
            Self::Parked => "mail_parked",
        }
    }
}

/// A mail with its two texts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MailText {
    /// Its row.
    pub row: MailRow,
    /// The plain text.
    pub text: String,
    /// Whether there is HTML, which is read in a frame at an address of its own.
    pub has_html: bool,
}
