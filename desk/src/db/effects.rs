//! What a transaction sets off once it is committed: plain data, which rooms above act on.

use protocol::{
    AgentId, ChatId, EntryId, HandoverId, QueueId, Seq, SiteId, TicketId, Timestamp,
    entry::{AgentEntry, VisitorEntry},
    masking::Preview,
};
use std::sync::Arc;

/// Everything that one transaction sets off.
#[derive(Default)]
pub(crate) struct Effects {
    /// For the hub.
    pub(crate) events: Vec<Event>,
    pub(crate) counts: Vec<Count>,
    /// Agents who had a chat and have it no longer.
    pub(crate) freed: Vec<AgentId>,
    /// Sites whose waiting chats may be offered.
    pub(crate) offers: Vec<SiteId>,
    /// Whether sites, queues, states or agents are other than before.
    pub(crate) revision: bool,
    /// Whether there is a new job or mail.
    pub(crate) wake_worker: bool,
}

impl Effects {
    /// What may be set off although nobody knows whether the transaction was committed: who hears it reads the
    /// rows.
    pub(super) fn without_claims(self) -> Self {
        let Self { mut events, offers, wake_worker, .. } = self;
        for event in &mut events {
            match event {
                Event::Work { change, .. } => *change = RowChange::Anything,
                Event::Entry { ticket, .. } => *event = Event::Ticket { ticket: *ticket },
                _ => {}
            }
        }
        events.retain(Event::is_a_hint);
        Self { events, offers, wake_worker, ..Self::default() }
    }
}

/// A change of the counts of chats under way.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Count {
    Waiting(SiteId, i32),
    Active(AgentId, i32),
}

/// Something that happened, for every audience at once; each socket takes its own view of it.
#[derive(Clone, Debug)]
pub enum Event {
    /// An entry was committed. The visitor's view is none where there is nothing to tell (the client gets `Hidden`).
    Entry { ticket: TicketId, visitor: VisitorEntry, agent: AgentEntry },
    /// The ticket's or its chat's head changed: read it again.
    Ticket { ticket: TicketId },
    /// Somebody is typing; `agent` is none for the visitor.
    Typing { ticket: TicketId, agent: Option<(AgentId, String)> },
    /// One side has seen up to here.
    Seen { ticket: TicketId, by_visitor: bool, upto: Seq },
    /// The visitor's panel came or went.
    VisitorPresent { ticket: TicketId, present: bool },
    /// To the agents who may see the ticket: its row is new, changed or gone. A console has each ticket at most once in
    /// its queue, with everything that changed since it heard of it.
    Work { ticket: TicketId, on: On, change: RowChange },
    /// To one agent: a chat rings.
    Offer { agent: AgentId, chat: ChatId, ticket: TicketId },
    /// To one agent: it rings no longer.
    OfferGone { agent: AgentId, chat: ChatId },
    /// To one agent: a transfer or conference that they asked for is settled.
    Handover { agent: AgentId, handover: HandoverId, ticket: TicketId },
    /// To one agent: they have to do with the ticket no longer as they had. Whether they still see it is read.
    Party { agent: AgentId, ticket: TicketId },
    /// To one agent: a colleague mentioned them in a comment.
    Mentioned { agent: AgentId, ticket: TicketId, by: AgentId },
    /// To one agent: what they have typed for the ticket and not sent is another text.
    Draft { agent: AgentId, ticket: TicketId },
    /// The agents who have the ticket on screen are others.
    Watchers { ticket: TicketId },
    /// To one agent: own state changed.
    AgentState { agent: AgentId },
    /// To one agent: a session ended.
    SignedOut { agent: AgentId },
    /// To one agent: what they may see is another. Read everything again.
    AccessChanged { agent: AgentId },
    /// To those consoles of one agent that watched the ticket: they may see it no longer, and watch it no longer.
    AccessLost { agent: AgentId, ticket: TicketId },
    /// Something of the ticket was missed: read the entries after the last that is known, and the head.
    TicketMissed { ticket: TicketId },
    /// To one agent: anything but entries of tickets may have been missed. Read the list, offers and own state again.
    ConsoleMissed { agent: AgentId },
}

impl Event {
    /// Whether it only says that something is to be read again.
    fn is_a_hint(&self) -> bool {
        match self {
            Self::Ticket { .. }
            | Self::Work { .. }
            | Self::Offer { .. }
            | Self::Party { .. }
            | Self::Mentioned { .. }
            | Self::Draft { .. }
            | Self::Watchers { .. }
            | Self::AgentState { .. }
            | Self::SignedOut { .. }
            | Self::AccessChanged { .. }
            | Self::TicketMissed { .. }
            | Self::ConsoleMissed { .. } => true,
            Self::Entry { .. }
            | Self::Typing { .. }
            | Self::Seen { .. }
            | Self::VisitorPresent { .. }
            | Self::OfferGone { .. }
            | Self::Handover { .. }
            | Self::AccessLost { .. } => false,
        }
    }
}

/// What a permission is asked about: where a ticket lies, and whose it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct On {
    pub site: SiteId,
    /// None: the site's, in no queue.
    pub queue: Option<QueueId>,
    pub party: Party,
}

/// The agents who have to do with a ticket wherever it lies.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Party {
    /// Who has its active chat.
    pub owner: Option<AgentId>,
    /// Who is in it beside the owner.
    pub guest: Option<AgentId>,
    /// At whom it rings, to be taken over or joined. Not said with rows of lists: there it makes no difference.
    pub asked: Option<AgentId>,
    /// Who was called to the ticket by a comment, of those who are asked about: it is looked up for whoever would not see
    /// the ticket otherwise (`tickets/mentioned.rs`). Rows of lists do not say it.
    pub mentioned: Option<AgentId>,
}

impl Party {
    /// Whether the agent is in the active chat.
    pub fn talks(&self, agent: AgentId) -> bool {
        self.owner == Some(agent) || self.guest == Some(agent)
    }
}

/// What happened to a ticket's row in the agents' lists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RowChange {
    /// Read it again.
    Anything,
    /// A message came, and that is all: whoever has the row knows the new one without asking the database.
    Message(LastMessage),
}

/// What a message changes in a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LastMessage {
    pub preview: Arc<Preview>,
    /// Who wrote it; none: the visitor.
    pub by: Option<AgentId>,
    pub last_at: Timestamp,
    /// Messages of the visitor that no agent has seen.
    pub unread: u32,
}

impl RowChange {
    /// This change, and then a later one.
    #[must_use]
    pub fn and(self, later: Self) -> Self {
        if self == Self::Anything { self } else { later }
    }
}

/// A receipt of a committed message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Receipt {
    pub id: EntryId,
    pub seq: Seq,
    pub at: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::entry::{AgentBody, VisitorBody};
    use uuid::Uuid;

    #[test]
    fn what_nobody_knows_is_read_again_and_nothing_is_claimed() {
        let ticket = TicketId(Uuid::from_u128(1));
        let (agent, chat) = (AgentId(Uuid::from_u128(2)), ChatId(Uuid::from_u128(3)));
        let (seq, id, at) = (Seq(1), EntryId(Uuid::from_u128(4)), Timestamp(0));
        let entry = Event::Entry {
            ticket,
            visitor: VisitorEntry { seq, id, at, body: VisitorBody::Requeued },
            agent: AgentEntry { seq, id, at, body: AgentBody::Requeued },
        };
        let gone = Event::OfferGone { agent, chat };
        let effects = Effects {
            events: vec![entry, gone, Event::Offer { agent, chat, ticket }],
            counts: vec![Count::Active(agent, 1)],
            freed: vec![agent],
            offers: vec![SiteId(Uuid::from_u128(5))],
            revision: true,
            wake_worker: true,
        };
        let left = effects.without_claims();
        assert!(matches!(left.events[..], [Event::Ticket { .. }, Event::Offer { .. }]));
        assert!(left.counts.is_empty() && left.freed.is_empty());
        assert!(left.wake_worker && left.offers.len() == 1);
    }
}
