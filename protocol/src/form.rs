//! The forms a visitor posts. The same endpoint answers a page (no script) or, asked for `application/json`,
//! a [`Started`] or a [`crate::problem::Problem`].
//!
//! - `POST /w/{site}/chats`: `id`, `name`, `email`, `subject`, `message`, `page`, `lang` and `zone`
//! - `POST /w/{site}/requests` (multipart): `id`, `name`, `email`, `message`, `files`, `page`, `lang` and `zone`
//!
//! `id` is the first message's [`crate::EntryId`], put into the form by the server or made by the panel: a form sent
//! twice is one ticket.

use crate::{EntryId, Seq, TicketNumber, TicketToken};
use serde::{Deserialize, Serialize};

/// A ticket exists: answer to both forms.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Started {
    /// `CO-1042`.
    pub number: TicketNumber,
    /// Opens the ticket to this visitor.
    pub token: TicketToken,
    /// The ticket page, with its token, absolute.
    pub link: String,
    /// The message's id, as sent.
    pub id: EntryId,
    /// The message's place in the ticket.
    pub seq: Seq,
}
