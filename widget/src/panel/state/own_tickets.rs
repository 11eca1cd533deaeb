//! What is known of the person whom the host page identifies, and of their tickets.

use protocol::{
    TicketId,
    identity::{OwnTicket, SignedIdentity},
};

/// A question about the person's tickets, and who asked it: an answer to somebody who has left is nobody's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnAsked {
    pub(super) turn: u32,
    /// Where the page that is asked for begins; none: at the newest ticket.
    pub after: Option<TicketId>,
}

/// What is known of the person.
#[derive(Debug, Default)]
pub struct Own {
    /// The id that was last identified here, also by an earlier page.
    pub(super) id: Option<String>,
    /// What the page said; without a signature it proves nothing.
    pub(super) signed: SignedIdentity,
    /// The tickets, the newest first, as far as they were asked for.
    pub tickets: Vec<OwnTicket>,
    /// Where the next page begins; none: this is all.
    pub after: Option<TicketId>,
    /// Goes up when somebody else comes.
    pub(super) turn: u32,
    /// The list was shown by itself, and is not again.
    pub(super) was_shown: bool,
}

impl Own {
    /// Nothing is known yet but whom an earlier page identified.
    pub(super) fn of(id: Option<String>) -> Self {
        Self { id, ..Self::default() }
    }
}
