//! Where in the mail one is.

use crate::address::Address;
use protocol::MailId;

/// The address of the list.
pub const LIST: Address = Address::new("/console/mail");
/// The address of a mail.
pub const MAIL: Address = Address::new("/console/mail/{mail}");

/// A place in the mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// The list, with nothing open.
    List,
    /// A mail.
    Mail(MailId),
    /// An address that leads nowhere.
    Nowhere,
}

impl Place {
    /// The place of a path.
    pub fn of(path: &str) -> Self {
        if LIST.matches(path) {
            Self::List
        } else {
            MAIL.id(path).map_or(Self::Nowhere, Self::Mail)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn every_path_is_a_place() {
        let mail = MailId(Uuid::from_u128(7));
        assert_eq!(Place::of("/console/mail"), Place::List);
        assert_eq!(Place::of(&MAIL.path(mail)), Place::Mail(mail));
        for path in ["/console/mail/x", "/console/mail/1/2", "/console/other"] {
            assert_eq!(Place::of(path), Place::Nowhere);
        }
    }
}
