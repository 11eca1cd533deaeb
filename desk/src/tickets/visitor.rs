//! A ticket's visitor.

use protocol::{SiteId, TicketId};

/// Whom a valid token stands for. Made without asking the database where possible.
#[derive(Clone, Copy, Debug)]
pub struct Visitor {
    pub ticket: TicketId,
    pub site: SiteId,
}
