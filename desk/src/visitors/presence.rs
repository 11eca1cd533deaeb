//! What a visitor's panel says of itself.

use crate::{Desk, Result, db::Event, tickets::Visitor, writer::Seen};
use protocol::Seq;

impl Desk {
    /// How far the visitor has read.
    pub async fn visitor_saw(&self, visitor: Visitor, upto: Seq) -> Result<()> {
        self.0.writer.seen(Seen { ticket: visitor.ticket, by_visitor: true, upto }).await
    }

    /// Agents who watch see that the visitor is typing.
    pub fn visitor_types(&self, visitor: Visitor) {
        self.0.hub.publish(Event::Typing { ticket: visitor.ticket, agent: None });
    }
}
