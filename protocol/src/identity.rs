//! Who the page says that its visitor is, under the site's signature, and the tickets that such a person has.

use crate::{TicketId, TicketNumber, TicketToken};
use serde::{Deserialize, Serialize};
use std::fmt;

/// What `identify` was given of a signed identity, each as the page gave it: nothing of it holds before the desk has
/// proved it.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignedIdentity {
    /// The site's own name for the person.
    #[serde(default)]
    pub id: String,
    /// The person's address.
    #[serde(default)]
    pub email: String,
    /// Until when the signature holds: seconds since 1970, decimal.
    #[serde(default)]
    pub expires: String,
    /// HMAC-SHA256 of [`SignedIdentity::signed_text`] by the site's secret, in hex.
    #[serde(default)]
    pub signature: String,
}

impl SignedIdentity {
    /// What is signed.
    pub fn signed_text(&self) -> String {
        [&*self.id, "\n", &*self.email, "\n", &*self.expires].concat()
    }
}

impl fmt::Debug for SignedIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SignedIdentity(…)")
    }
}

/// A page of a person's tickets, the newest first: the answer to `POST /w/{site}/tickets`. Whoever is not proved has
/// none.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnTickets {
    /// The tickets.
    pub tickets: Vec<OwnTicket>,
    /// Where the next page begins; none: this is the last.
    pub after: Option<TicketId>,
}

/// One of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnTicket {
    /// `CO-1042`.
    pub number: TicketNumber,
    /// The subject, else the first words of what was last said.
    pub about: String,
    /// Its state is one of the closed ones.
    pub is_closed: bool,
    /// An agent wrote what this person has not seen.
    pub is_unread: bool,
}

/// One of them, opened: the answer to `POST /w/{site}/tickets/{number}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenedTicket {
    /// Opens the ticket.
    pub token: TicketToken,
    /// `CO-1042`.
    pub number: TicketNumber,
    /// The ticket page, with its token.
    pub link: String,
}
