//! The tickets that the writer wrote to last, so that a message into a chat under way is written without reading first.
//!
//! A head is only ever a guess. Whatever decides where a message belongs (the chat, its agent) changes
//! together with the ticket's last sequence, and the statement that hands out the next one names the last: a guess that is out of
//! date matches no row, the batch is rolled back, and is written again after reading.

use crate::{
    live::On,
    tickets::{ChatState, party},
};
use protocol::{AgentId, QueueId, Seq, SiteId, TicketId};
use std::collections::HashMap;

/// Tickets in the cache; one more empties it.
const MAX_TICKETS: usize = 20_000;

/// Where a ticket stood after its last message.
#[derive(Clone, Copy)]
pub(super) struct CachedTicket {
    pub(super) site: SiteId,
    pub(super) queue: Option<QueueId>,
    pub(super) last: Seq,
    /// Messages that no agent has seen.
    pub(super) unread: i64,
    /// The chat that was begun last, and whose it is.
    pub(super) chat: Option<(ChatState, Option<AgentId>)>,
}

impl CachedTicket {
    /// Where it lies and whose it is.
    pub(super) fn on(&self) -> On {
        let (state, agent) = self.chat.unzip();
        On { site: self.site, queue: self.queue, party: party(state, agent.flatten()) }
    }
}

/// The cache; only the writer's thread has it.
#[derive(Default)]
pub(crate) struct TicketCache {
    tickets: HashMap<TicketId, CachedTicket>,
    /// The tickets after this batch: they count once it is committed.
    pending: Vec<(TicketId, CachedTicket)>,
    pending_unread: Vec<(TicketId, i64)>,
}

impl TicketCache {
    pub(super) fn find(&self, ticket: TicketId) -> Option<CachedTicket> {
        self.tickets.get(&ticket).copied()
    }

    /// Notes a ticket as it is after this batch.
    pub(super) fn stage(&mut self, ticket: TicketId, cached: CachedTicket) {
        self.pending.push((ticket, cached));
    }

    /// Notes how many messages no agent has seen after this batch.
    pub(super) fn stage_unread(&mut self, ticket: TicketId, unread: i64) {
        self.pending_unread.push((ticket, unread));
    }

    /// The batch is committed: what was noted counts.
    pub(super) fn commit(&mut self) {
        if self.tickets.len() + self.pending.len() > MAX_TICKETS {
            self.tickets.clear();
        }
        self.tickets.extend(self.pending.drain(..));
        for (ticket, unread) in self.pending_unread.drain(..) {
            if let Some(cached) = self.tickets.get_mut(&ticket) {
                cached.unread = unread;
            }
        }
    }

    /// A batch begins: what an earlier one noted and did not commit is dropped.
    pub(super) fn begin(&mut self) {
        self.pending.clear();
        self.pending_unread.clear();
    }

    /// Empties the cache, because something in it was out of date.
    pub(super) fn clear(&mut self) {
        self.tickets.clear();
    }
}
