//! How far the visitor is on a ticket.

use protocol::{Seq, TicketNumber};
use serde::{Deserialize, Serialize};

/// How far the visitor is on a ticket, as it is kept in storage: what came after `received` is news to a panel that starts again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reading {
    pub number: TicketNumber,
    pub seen: Seq,
    pub received: Seq,
}
