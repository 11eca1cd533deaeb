//! What the writer remembers of the tickets that it wrote to last, so that a message into a chat under way is written
//! without reading first.
//!
//! A head is only ever a guess. Whatever decides where a message belongs (the chat, its agent) changes together
//! with the ticket's last sequence, and the statement that hands out the next one names the last: a guess that is out of
//! date matches no row, the batch is rolled back, and is written again after reading.

use protocol::{AgentId, Seq, SiteId, TicketId};
use std::collections::HashMap;

use crate::tickets::ChatState;

/// Tickets remembered; then it starts over.
const MOST: usize = 20_000;

/// Where a ticket stood after its last message.
#[derive(Clone, Copy)]
pub(super) struct Head {
    pub(super) site: SiteId,
    pub(super) last: Seq,
    /// Messages that no agent has seen.
    pub(super) unread: i64,
    /// The chat that was begun last, and whose it is.
    pub(super) chat: Option<(ChatState, Option<AgentId>)>,
}

/// The heads, kept by the writer alone.
#[derive(Default)]
pub(crate) struct Heads {
    known: HashMap<TicketId, Head>,
    /// What this batch makes of them, once it is committed.
    pending: Vec<(TicketId, Head)>,
    pending_unread: Vec<(TicketId, i64)>,
}

impl Heads {
    pub(super) fn find(&self, ticket: TicketId) -> Option<Head> {
        self.known.get(&ticket).copied()
    }

    /// How it will be if the batch is committed.
    pub(super) fn will_be(&mut self, ticket: TicketId, head: Head) {
        self.pending.push((ticket, head));
    }

    /// How many messages no agent has seen, if the batch is committed.
    pub(super) fn will_have_unread(&mut self, ticket: TicketId, unread: i64) {
        self.pending_unread.push((ticket, unread));
    }

    /// The batch is committed.
    pub(super) fn committed(&mut self) {
        if self.known.len() + self.pending.len() > MOST {
            self.known.clear();
        }
        self.known.extend(self.pending.drain(..));
        for (ticket, unread) in self.pending_unread.drain(..) {
            if let Some(head) = self.known.get_mut(&ticket) {
                head.unread = unread;
            }
        }
    }

    /// A batch begins, perhaps after one that came to nothing.
    pub(super) fn begin(&mut self) {
        self.pending.clear();
        self.pending_unread.clear();
    }

    /// Something was not as it was thought to be.
    pub(super) fn forget(&mut self) {
        self.known.clear();
    }
}
