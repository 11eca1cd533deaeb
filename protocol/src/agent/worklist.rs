//! The agent's list: what its rows are, in which order they stand, and the views of it.

use super::WorkItem;
use crate::{TicketId, Timestamp};
use serde::{Deserialize, Serialize};
use std::cmp::{Ordering, Reverse};

crate::text_enum! {
    /// What a row in the list is. Chats come before help requests (F9).
    #[derive(PartialOrd, Ord)]
    pub enum WorkKind {
        /// A chat that this agent has.
        MyChat = "my_chat",
        /// A chat that waits or rings.
        WaitingChat = "waiting_chat",
        /// An open help request.
        Request = "request",
        /// A ticket that waits on the customer.
        Answered = "answered",
        /// A closed ticket.
        Closed = "closed",
    }
}

crate::text_enum! {
    /// A view of the list.
    pub enum WorkView {
        /// *Mías*: my chats, and tickets that I attended last and that are not closed.
        Mine = "mine",
        /// *Abiertas*: my chats, chats that wait, open help requests.
        Open = "open",
        /// *En espera*: tickets that wait on the customer.
        Waiting = "waiting",
        /// *Cerradas*
        Closed = "closed",
    }
}

impl WorkView {
    /// What the rows of the view are, in their order.
    pub fn kinds(self) -> &'static [WorkKind] {
        match self {
            Self::Mine => &[WorkKind::MyChat, WorkKind::Request, WorkKind::Answered],
            Self::Open => &[WorkKind::MyChat, WorkKind::WaitingChat, WorkKind::Request],
            Self::Waiting => &[WorkKind::Answered],
            Self::Closed => &[WorkKind::Closed],
        }
    }

    /// Whether the row belongs to the view.
    pub fn shows(self, item: &WorkItem) -> bool {
        self.kinds().contains(&item.kind)
            && (self != Self::Mine || item.kind == WorkKind::MyChat || item.mine)
    }
}

/// Where a row stands in the list: kind by kind; work that waits for an agent oldest first, what is answered or closed
/// newest first. A message moves no row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WorkPlace {
    /// The row's kind.
    pub kind: WorkKind,
    /// Since when it is that.
    pub since: Timestamp,
    /// The ticket, which tells rows of one instant apart.
    pub ticket: TicketId,
}

impl WorkKind {
    /// Whether the newest of this kind comes first.
    pub fn is_newest_first(self) -> bool {
        matches!(self, Self::Answered | Self::Closed)
    }
}

impl Ord for WorkPlace {
    fn cmp(&self, other: &Self) -> Ordering {
        let (this, that) = ((self.since, self.ticket), (other.since, other.ticket));
        self.kind.cmp(&other.kind).then_with(|| {
            if self.kind.is_newest_first() {
                Reverse(this).cmp(&Reverse(that))
            } else {
                this.cmp(&that)
            }
        })
    }
}

impl PartialOrd for WorkPlace {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl WorkItem {
    /// Where the row stands.
    pub fn place(&self) -> WorkPlace {
        WorkPlace { kind: self.kind, since: self.since, ticket: self.ticket }
    }
}

/// How many rows there are in all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Total {
    /// Rows that were counted.
    pub rows: u32,
    /// There may be more: counting stopped.
    pub at_least: bool,
}
