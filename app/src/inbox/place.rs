//! Where in the inbox one is.

use crate::address::Address;
use protocol::TicketId;

/// The address of the list.
pub const LIST: Address = Address::new("/console");
/// The address of a ticket's conversation.
pub const TICKET: Address = Address::new("/console/tickets/{ticket}");

/// A place in the inbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// The list, with nothing open.
    List,
    /// A ticket's conversation.
    Ticket(TicketId),
    /// An address that leads nowhere.
    Nowhere,
}

impl Place {
    /// The place of a path.
    pub fn of(path: &str) -> Self {
        if LIST.matches(path) {
            Self::List
        } else {
            TICKET.id(path).map_or(Self::Nowhere, Self::Ticket)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn every_path_is_a_place() {
        let ticket = TicketId(Uuid::from_u128(7));
        assert_eq!(Place::of("/console"), Place::List);
        assert_eq!(Place::of("/console/"), Place::List);
        assert_eq!(Place::of(&TICKET.path(ticket)), Place::Ticket(ticket));
        for path in ["/console/tickets/x", "/console/tickets", "/console/other"] {
            assert_eq!(Place::of(path), Place::Nowhere);
        }
    }
}
