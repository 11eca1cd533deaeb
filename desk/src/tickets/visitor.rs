//! A ticket's visitor.

use crate::secret::LinkVersion;
use protocol::{SiteId, TicketId};

/// Whom a valid token stands for.
#[derive(Clone, Copy, Debug)]
pub struct Visitor {
    pub ticket: TicketId,
    pub site: SiteId,
    /// Of the link that was shown: once it is renewed, nothing of the ticket is read with this one.
    pub(crate) link: LinkVersion,
}

impl Visitor {
    /// Whoever has the ticket's first link.
    pub fn with_first_link(ticket: TicketId, site: SiteId) -> Self {
        Self { ticket, site, link: LinkVersion::default() }
    }
}
