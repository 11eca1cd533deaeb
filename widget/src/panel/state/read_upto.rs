//! How far the visitor is on a ticket.

use protocol::{Seq, TicketNumber};
use serde::Serialize;

/// How far the visitor is on a ticket, as it is kept in storage: what came after `received` is news to a panel that
/// starts again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Reading {
    pub number: TicketNumber,
    pub seen: Seq,
    pub received: Seq,
}

impl Reading {
    /// The furthest of two tabs on the same ticket; this one where the other is on another.
    pub fn furthest(mut self, other: Option<Self>) -> Self {
        if let Some(other) = other.filter(|other| other.number == self.number) {
            self.seen = self.seen.max(other.seen);
            self.received = self.received.max(other.received);
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reading(number: &str, seen: i64, received: i64) -> Reading {
        Reading { number: TicketNumber(number.into()), seen: Seq(seen), received: Seq(received) }
    }

    #[test]
    fn of_two_tabs_on_a_ticket_the_one_that_has_seen_more_is_kept() {
        let own = || reading("CO-1", 3, 7);
        assert_eq!(own().furthest(Some(reading("CO-1", 5, 6))), reading("CO-1", 5, 7));
        assert_eq!(own().furthest(Some(reading("CO-2", 5, 9))), own(), "another ticket");
        assert_eq!(own().furthest(None), own());
    }
}
