//! Where on a page one is that lists things and shows one of them.

use crate::address::Address;
use std::str::FromStr;

/// A place on such a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place<Id> {
    /// The list, with nothing open.
    List,
    /// The thing with this id.
    Open(Id),
    /// An address that leads nowhere.
    Nowhere,
}

impl<Id: FromStr> Place<Id> {
    /// The place of a path, by the address of the list and that of a thing.
    pub fn of(path: &str, list: Address, thing: Address) -> Self {
        if list.matches(path) {
            Self::List
        } else {
            thing.id(path).map_or(Self::Nowhere, Self::Open)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::TicketId;
    use uuid::Uuid;

    #[test]
    fn every_path_is_a_place() {
        const LIST: Address = Address::new("/console");
        const TICKET: Address = Address::new("/console/tickets/{ticket}");
        let place = |path: &str| Place::of(path, LIST, TICKET);
        let ticket = TicketId(Uuid::from_u128(7));
        assert_eq!(place("/console"), Place::List);
        assert_eq!(place("/console/"), Place::List);
        assert_eq!(place(&TICKET.path(ticket)), Place::Open(ticket));
        for path in ["/console/tickets/x", "/console/tickets", "/console/other"] {
            assert_eq!(place(path), Place::Nowhere, "{path}");
        }
    }
}
