//! Where in the mail one is.

use crate::{address::Address, place};
use protocol::MailId;

/// The address of the list.
pub const LIST: Address = Address::new("/console/mail");
/// The address of a mail.
pub const MAIL: Address = Address::new("/console/mail/{mail}");

/// A place in the mail: the list, or a mail.
pub type Place = place::Place<MailId>;

/// The place of a path.
pub fn of(path: &str) -> Place {
    Place::of(path, LIST, MAIL)
}
