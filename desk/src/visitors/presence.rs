//! What a visitor's panel says of itself.

use crate::{Desk, Result, db::Event, live::Notice, tickets::Visitor, writer::ReadMark};
use protocol::Seq;
use tracing::instrument;

impl Desk {
    /// How far the visitor has read.
    #[instrument(level = "debug", skip_all, fields(ticket = %visitor.ticket))]
    pub async fn mark_read_by_visitor(&self, visitor: Visitor, upto: Seq) -> Result<()> {
        self.0.writer.mark_read(ReadMark { ticket: visitor.ticket, by_visitor: true, upto }).await
    }

    /// Agents who watch see that the visitor is typing, at most every 2 s.
    #[instrument(level = "debug", skip_all, fields(ticket = %visitor.ticket))]
    pub fn visitor_is_typing(&self, visitor: Visitor) {
        if self.0.presence.shows_typing(visitor.ticket, None, self.moment()) {
            let (ticket, agent) = (visitor.ticket, None);
            self.publish(Event::Typing { ticket, agent });
            self.notify(Notice::Typing { ticket, agent: None });
        }
    }
}
