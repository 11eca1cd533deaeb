//! Names of what the browser keeps. Each begins with the agent's address: another agent at the same browser finds nothing of it.

use protocol::{EntryId, TicketId};

/// The unsent text for a ticket.
pub fn draft(email: &str, ticket: TicketId) -> String {
    format!("ayuda:console:{email}:draft:{ticket}")
}

/// What all unacknowledged messages begin with.
pub fn outbox(email: &str) -> String {
    format!("ayuda:console:{email}:out:")
}

/// One unacknowledged message.
pub fn outgoing(email: &str, id: EntryId) -> String {
    format!("ayuda:console:{email}:out:{id}")
}

/// Whether sound is off; the same for everybody at this browser.
pub const MUTED: &str = "ayuda:console:muted";

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn two_agents_share_no_key() {
        let ticket = TicketId(Uuid::nil());
        assert_ne!(draft("a@example.com", ticket), draft("b@example.com", ticket));
        let id = EntryId(Uuid::nil());
        assert!(outgoing("a@example.com", id).starts_with(&outbox("a@example.com")));
        assert!(!outgoing("a@example.com", id).starts_with(&outbox("b@example.com")));
    }
}
