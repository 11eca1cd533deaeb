//! Addresses of pages, as the server's router writes them.

use std::{fmt::Display, str::FromStr};

/// An address of the console: plain text, or text with one id in it, as in `/console/tickets/{ticket}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Address(&'static str);

impl Address {
    /// An address from its pattern.
    pub const fn new(pattern: &'static str) -> Self {
        Self(pattern)
    }

    /// The pattern, as the server's router takes it.
    pub fn pattern(self) -> &'static str {
        self.0
    }

    /// Whether it names something by its id.
    pub fn has_id(self) -> bool {
        self.parts().is_some()
    }

    /// Whether a path is this address, whatever stands in the place of the id. A slash at its end makes no difference.
    pub fn matches(self, path: &str) -> bool {
        self.text_of_id(path).is_some()
    }

    /// The id in a path; none when the path is another address, or when the text in the id's place is no id.
    pub fn id<Id: FromStr>(self, path: &str) -> Option<Id> {
        self.text_of_id(path)?.parse().ok()
    }

    /// The path with this id.
    pub fn path(self, id: impl Display) -> String {
        match self.parts() {
            Some((before, after)) => format!("{before}{id}{after}"),
            None => self.0.to_owned(),
        }
    }

    /// The pattern's text before and after the id, where it has one.
    fn parts(self) -> Option<(&'static str, &'static str)> {
        let (before, rest) = self.0.split_once('{')?;
        let (_, after) = rest.split_once('}')?;
        Some((before, after))
    }

    fn text_of_id(self, path: &str) -> Option<&str> {
        let path = path.strip_suffix('/').unwrap_or(path);
        let Some((before, after)) = self.parts() else { return (path == self.0).then_some("") };
        let text = path.strip_prefix(before)?.strip_suffix(after)?;
        (!text.is_empty() && !text.contains('/')).then_some(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::TicketId;
    use uuid::Uuid;

    const PLAIN: Address = Address::new("/console");
    const TICKET: Address = Address::new("/console/tickets/{ticket}");
    const FILES: Address = Address::new("/console/tickets/{ticket}/files");

    #[test]
    fn a_path_leads_to_the_id_it_was_made_of() {
        let ticket = TicketId(Uuid::from_u128(7));
        for address in [TICKET, FILES] {
            assert_eq!(address.id(&address.path(ticket)), Some(ticket));
        }
        assert_eq!(PLAIN.path(ticket), "/console");
        assert_eq!(PLAIN.id::<TicketId>("/console"), None);
        assert!(TICKET.has_id() && !PLAIN.has_id());
    }

    #[test]
    fn only_the_whole_path_matches() {
        assert!(PLAIN.matches("/console") && PLAIN.matches("/console/"));
        assert!(TICKET.matches("/console/tickets/x") && FILES.matches("/console/tickets/x/files"));
        for path in ["", "/", "/console/tickets", "/console/tickets/", "/console/tickets/x/y"] {
            assert!(!PLAIN.matches(path) && !TICKET.matches(path), "{path}");
        }
        assert!(!FILES.matches("/console/tickets/x"));
    }

    #[test]
    fn a_text_that_is_no_id_has_the_address_but_no_id() {
        assert!(TICKET.matches("/console/tickets/x"));
        assert_eq!(TICKET.id::<TicketId>("/console/tickets/x"), None);
    }
}
