//! The names under which the browser stores things. Each holds the agent's address: another agent at the same browser
//! finds nothing.

use protocol::{EntryId, TicketId};

/// The text that is typed for a ticket and not sent yet.
pub fn draft(email: &str, ticket: TicketId) -> String {
    format!("ayuda:console:{email}:draft:{ticket}")
}

/// The comment that is typed on a ticket and not sent yet.
pub fn note(email: &str, ticket: TicketId) -> String {
    format!("ayuda:console:{email}:note:{ticket}")
}

/// The properties of a ticket that are typed or chosen and not saved yet.
pub fn properties(email: &str, ticket: TicketId) -> String {
    format!("ayuda:console:{email}:properties:{ticket}")
}

/// What is typed of a ticket's contact and not saved yet.
pub fn contact(email: &str, ticket: TicketId) -> String {
    format!("ayuda:console:{email}:contact:{ticket}")
}

/// What the keys of all typed comments begin with.
pub fn notes(email: &str) -> String {
    format!("ayuda:console:{email}:note:")
}

/// What the keys of all drafts begin with.
pub fn drafts(email: &str) -> String {
    format!("ayuda:console:{email}:draft:")
}

/// What the keys of all unacknowledged messages begin with.
pub fn messages(email: &str) -> String {
    format!("ayuda:console:{email}:out:")
}

/// One unacknowledged message.
pub fn message(email: &str, id: EntryId) -> String {
    format!("ayuda:console:{email}:out:{id}")
}

/// There while sound is off; the same for everybody at this browser.
pub const MUTED: &str = "ayuda:console:muted";

/// How loud sound is, 1 to 3; the same for everybody at this browser.
pub const VOLUME: &str = "ayuda:console:volume";

/// There once somebody at this browser wants no notices on the desktop.
pub const NOTICES_DECLINED: &str = "ayuda:console:no-notices";

/// There while single keys do nothing; the same for everybody at this browser.
pub const NO_SHORTCUTS: &str = "ayuda:console:no-shortcuts";

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn two_agents_share_no_key() {
        let ticket = TicketId(Uuid::nil());
        assert_ne!(draft("a@example.com", ticket), draft("b@example.com", ticket));
        assert!(note("a@example.com", ticket).starts_with(&notes("a@example.com")));
        let id = EntryId(Uuid::nil());
        assert!(message("a@example.com", id).starts_with(&messages("a@example.com")));
        assert!(!message("a@example.com", id).starts_with(&messages("b@example.com")));
    }
}
