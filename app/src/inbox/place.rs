//! Where in the inbox one is.

use crate::{address::Address, place};
use protocol::TicketId;

/// The address of the list.
pub const LIST: Address = Address::new("/console");
/// The address of a ticket's conversation.
pub const TICKET: Address = Address::new("/console/tickets/{ticket}");

/// A place in the inbox: the list, or a ticket's conversation.
pub type Place = place::Place<TicketId>;

/// The place of a path.
pub fn of(path: &str) -> Place {
    Place::of(path, LIST, TICKET)
}
