//! The tickets that the writer wrote to last, so that a message into a chat under way is written without reading first.
//!
//! A head is only ever a guess. Whatever decides where a message belongs (the chat, its agent) changes together with
//! the ticket's last sequence, and the statement that hands out the next one names the last: a guess that is out of
//! date matches no row, the batch is rolled back, and is written again after reading.

use crate::{
    live::{On, Party},
    tickets::ChatState,
};
use protocol::{QueueId, Seq, SiteId, TicketId};
use std::{
    collections::{HashMap, HashSet},
    mem,
    sync::{Mutex, PoisonError},
};

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
    /// The chat that was begun last.
    pub(super) chat: Option<ChatState>,
    /// Who is in it, while it is active.
    pub(super) party: Party,
}

impl CachedTicket {
    /// Where it lies and whose it is.
    pub(super) fn on(&self) -> On {
        On { site: self.site, queue: self.queue, party: self.party }
    }
}

/// Tickets that other processes wrote to since the writer last looked: what is cached of them is out of date.
#[derive(Default)]
pub(super) struct WrittenElsewhere(Mutex<Outdated>);

#[derive(Default)]
struct Outdated {
    tickets: HashSet<TicketId>,
    everything: bool,
}

impl WrittenElsewhere {
    pub(super) fn add(&self, tickets: impl IntoIterator<Item = TicketId>) {
        let mut outdated = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        outdated.tickets.extend(tickets);
        if outdated.tickets.len() > MAX_TICKETS {
            *outdated = Outdated { everything: true, ..Outdated::default() };
        }
    }

    pub(super) fn add_everything(&self) {
        let mut outdated = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *outdated = Outdated { everything: true, ..Outdated::default() };
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

    /// Drops what other processes wrote to.
    pub(super) fn forget(&mut self, elsewhere: &WrittenElsewhere) {
        let outdated = mem::take(&mut *elsewhere.0.lock().unwrap_or_else(PoisonError::into_inner));
        if outdated.everything {
            self.clear();
        }
        for ticket in outdated.tickets {
            self.tickets.remove(&ticket);
        }
    }

    /// Empties the cache, because something in it was out of date.
    pub(super) fn clear(&mut self) {
        self.tickets.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn what_other_processes_wrote_to_is_cached_no_longer() {
        let ticket = |n: usize| TicketId(Uuid::from_u128(n as u128));
        let at = CachedTicket {
            site: SiteId(Uuid::nil()),
            queue: None,
            last: Seq(1),
            unread: 0,
            chat: None,
            party: Party::default(),
        };
        let (mut cache, elsewhere) = (TicketCache::default(), WrittenElsewhere::default());
        (0..3).for_each(|n| cache.stage(ticket(n), at));
        cache.commit();
        let mut cached = || {
            cache.forget(&elsewhere);
            [0, 1, 2].map(|n| cache.find(ticket(n)).is_some())
        };
        assert_eq!(cached(), [true, true, true]);
        elsewhere.add([ticket(1)]);
        assert_eq!(cached(), [true, false, true]);
        elsewhere.add((100..=100 + MAX_TICKETS).map(ticket));
        assert_eq!(cached(), [false, false, false], "too many to be named");
    }
}
