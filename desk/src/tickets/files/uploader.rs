//! Whose an upload is.

use crate::tickets::Visitor;
use protocol::{AgentId, SiteId, TicketId};

/// Who stores a file, and for which ticket. Nobody else puts it on a message, and it comes onto no other ticket.
#[derive(Clone, Copy, Debug)]
pub enum Uploader {
    /// Whoever sends the form of a ticket that is not there yet.
    Form(SiteId),
    /// The visitor whose token was shown.
    Visitor(Visitor),
    /// An agent who may answer on the ticket.
    Agent {
        /// Who.
        agent: AgentId,
        /// On what.
        ticket: TicketId,
        /// Where the ticket lies.
        site: SiteId,
    },
}

impl Uploader {
    pub(super) fn site(&self) -> SiteId {
        match *self {
            Self::Form(site) | Self::Agent { site, .. } => site,
            Self::Visitor(visitor) => visitor.site,
        }
    }

    pub(super) fn ticket(&self) -> Option<TicketId> {
        match *self {
            Self::Form(_) => None,
            Self::Visitor(visitor) => Some(visitor.ticket),
            Self::Agent { ticket, .. } => Some(ticket),
        }
    }

    pub(super) fn agent(&self) -> Option<AgentId> {
        match *self {
            Self::Agent { agent, .. } => Some(agent),
            Self::Form(_) | Self::Visitor(_) => None,
        }
    }
}
