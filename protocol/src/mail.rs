//! The desk's outgoing mail, as the console shows it.

use crate::{MailId, Timestamp, agent::ForAgent};
use serde::{Deserialize, Serialize};

/// A mail in the console's list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MailRow {
    /// Its id.
    pub id: MailId,
    /// When it was written.
    pub at: Timestamp,
    /// The recipient's address.
    pub to: String,
    /// The subject.
    pub subject: String,
    /// How far it has come.
    pub state: MailState,
    /// The relay's last error, where there was one.
    pub error: Option<String>,
}

/// A page of the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MailPage {
    /// The mails, newest first.
    pub mails: Vec<ForAgent<MailRow>>,
    /// The mail after which the next page begins, which the agent may not be able to read; none: there is none.
    pub next: Option<MailId>,
}

crate::text_enum! {
    /// How far a mail has come.
    pub enum MailState {
        /// It waits for its first try.
        Queued = "queued",
        /// A try failed, and the next one is due.
        Retrying = "retrying",
        /// The relay accepted it.
        Sent = "sent",
        /// It was written to a file, because there is no relay.
        Kept = "kept",
        /// It was given up; somebody may put it back into the queue.
        Parked = "parked",
    }
}

/// A mail with its text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MailText {
    /// Its row.
    pub row: MailRow,
    /// The plain text.
    pub text: String,
    /// Whether it has HTML, which the console shows in a frame from an address of its own.
    pub has_html: bool,
}
