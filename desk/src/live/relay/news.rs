//! Notices put together: each thing is said once.

use super::notice::Notice;
use crate::db::{Count, Effects, Event, On, RowChange};
use protocol::{Seq, TicketId};
use std::collections::{BTreeMap, HashMap};

/// What is to be told, or was heard.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct News {
    pub(crate) tickets: BTreeMap<TicketId, TicketNews>,
    /// Everything else, with its place: what is said again moves to the end.
    others: HashMap<Notice, usize>,
    said: usize,
}

/// What is new about a ticket.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct TicketNews {
    /// Entries from the first to the last of these.
    pub(crate) entries: Option<(Seq, Seq)>,
    /// The agents' side has seen up to here, and the visitor.
    pub(crate) seen: [Option<Seq>; 2],
    pub(crate) head: bool,
    /// Its row in the agents' lists; whether by a message alone.
    pub(crate) work: Option<(On, bool)>,
}

impl News {
    /// What a transaction tells the other processes.
    pub(super) fn of(effects: &Effects) -> Self {
        let mut news = Self::default();
        for event in &effects.events {
            news.add_event(event);
        }
        for count in &effects.counts {
            news.add(Notice::Counts);
            if let Count::Active(agent, ..=-1) = *count {
                news.add(Notice::HasRoom { agent });
            }
        }
        for &agent in &effects.freed {
            news.add(Notice::Freed { agent });
        }
        for &site in &effects.offers {
            news.add(Notice::Line { site });
        }
        if effects.revision {
            news.add(Notice::Sites);
        }
        if effects.wake_worker {
            news.add(Notice::Jobs);
        }
        news
    }

    fn add_event(&mut self, event: &Event) {
        self.add(match *event {
            Event::Entry { ticket, ref agent, .. } => {
                Notice::Entries { ticket, first: agent.seq, last: agent.seq }
            }
            Event::Ticket { ticket } => Notice::Ticket { ticket },
            Event::Typing { ticket, ref agent } => {
                Notice::Typing { ticket, agent: agent.as_ref().map(|(agent, _)| *agent) }
            }
            Event::Seen { ticket, by_visitor, upto } => Notice::Seen { ticket, by_visitor, upto },
            Event::VisitorPresent { ticket, present } => Notice::Panel { ticket, present },
            Event::Work { ticket, on, ref change } => {
                let is_message = matches!(change, RowChange::Message(_));
                Notice::Work { ticket, on, is_message }
            }
            Event::Offer { agent, chat, ticket } => Notice::Offer { agent, chat, ticket },
            Event::OfferGone { agent, chat } => Notice::OfferGone { agent, chat },
            Event::Handover { agent, handover, ticket } => {
                Notice::Handover { agent, handover, ticket }
            }
            Event::Party { agent, ticket } => Notice::Party { agent, ticket },
            Event::Mentioned { agent, ticket, by } => Notice::Mentioned { agent, ticket, by },
            Event::Draft { agent, ticket } => Notice::Draft { agent, ticket },
            Event::AgentState { agent } => Notice::AgentState { agent },
            Event::SignedOut { agent } => Notice::SignedOut { agent },
            // Each process finds these for its own sockets, and says by itself who watches.
            Event::AccessChanged { .. }
            | Event::AccessLost { .. }
            | Event::Watchers { .. }
            | Event::TicketMissed { .. }
            | Event::ConsoleMissed { .. } => return,
        });
    }

    pub(crate) fn add(&mut self, notice: Notice) {
        match notice {
            Notice::Entries { ticket, first, last } => {
                let news = self.tickets.entry(ticket).or_default();
                let (from, to) = news.entries.unwrap_or((first, last));
                news.entries = Some((from.min(first), to.max(last)));
            }
            Notice::Seen { ticket, by_visitor, upto } => {
                let seen =
                    &mut self.tickets.entry(ticket).or_default().seen[usize::from(by_visitor)];
                *seen = (*seen).max(Some(upto));
            }
            Notice::Ticket { ticket } => self.tickets.entry(ticket).or_default().head = true,
            Notice::Work { ticket, on, is_message } => {
                let work = &mut self.tickets.entry(ticket).or_default().work;
                let before = work.is_none_or(|(_, is_message)| is_message);
                *work = Some((on, is_message && before));
            }
            other => {
                self.said += 1;
                self.others.insert(other, self.said);
            }
        }
    }

    /// How many things it says.
    pub(crate) fn len(&self) -> usize {
        self.tickets.len() + self.others.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What is not about a ticket's entries, row and head, in the order in which it was last said.
    pub(crate) fn take_others(&mut self) -> Vec<Notice> {
        let mut others: Vec<(Notice, usize)> = self.others.drain().collect();
        others.sort_unstable_by_key(|(_, place)| *place);
        others.into_iter().map(|(notice, _)| notice).collect()
    }

    /// All of it.
    pub(super) fn into_notices(mut self) -> Vec<Notice> {
        let others = self.take_others();
        let mut notices = Vec::with_capacity(2 * self.tickets.len() + others.len());
        for (ticket, news) in self.tickets {
            let TicketNews { entries, seen: [by_agent, by_visitor], head, work } = news;
            notices.extend(entries.map(|(first, last)| Notice::Entries { ticket, first, last }));
            for (by_visitor, upto) in [(false, by_agent), (true, by_visitor)] {
                notices.extend(upto.map(|upto| Notice::Seen { ticket, by_visitor, upto }));
            }
            notices.extend(head.then_some(Notice::Ticket { ticket }));
            notices.extend(work.map(|(on, is_message)| Notice::Work { ticket, on, is_message }));
        }
        notices.extend(others);
        notices
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::Party;
    use protocol::{AgentId, ChatId, SiteId};
    use uuid::Uuid;

    const TICKET: TicketId = TicketId(Uuid::from_u128(1));
    const AGENT: AgentId = AgentId(Uuid::from_u128(2));
    const CHAT: ChatId = ChatId(Uuid::from_u128(3));
    const SITE: SiteId = SiteId(Uuid::from_u128(4));

    fn notices(said: impl IntoIterator<Item = Notice>) -> Vec<Notice> {
        let mut news = News::default();
        said.into_iter().for_each(|notice| news.add(notice));
        news.into_notices()
    }

    #[test]
    fn what_is_said_of_a_ticket_again_is_said_once() {
        let ticket = TICKET;
        let entries = |first, last| Notice::Entries { ticket, first: Seq(first), last: Seq(last) };
        let seen = |upto| Notice::Seen { ticket, by_visitor: true, upto: Seq(upto) };
        let head = Notice::Ticket { ticket };
        let said = [entries(4, 4), head, seen(3), entries(5, 7), seen(2), head, entries(6, 6)];
        assert_eq!(notices(said), [entries(4, 7), seen(3), head]);
    }

    #[test]
    fn a_row_that_changed_by_more_than_a_message_is_read_whatever_comes_after() {
        let on = |owner| On { site: SITE, queue: None, party: Party { owner, ..Party::default() } };
        let work = |is_message, owner| Notice::Work { ticket: TICKET, on: on(owner), is_message };
        assert_eq!(notices([work(true, None), work(true, None)]), [work(true, None)]);
        for said in [[false, true], [true, false], [false, false]] {
            let [first, then] = said;
            let heard = notices([work(first, None), work(then, Some(AGENT))]);
            assert_eq!(heard, [work(false, Some(AGENT))], "as it lies now");
        }
    }

    #[test]
    fn an_offer_that_came_again_after_it_was_gone_rings() {
        let (agent, chat) = (AGENT, CHAT);
        let rings = Notice::Offer { agent, chat, ticket: TICKET };
        let gone = Notice::OfferGone { agent, chat };
        assert_eq!(notices([rings, gone, rings]), [gone, rings]);
        assert_eq!(notices([rings, gone]), [rings, gone]);
    }

    #[test]
    fn a_transaction_that_sets_off_nothing_says_nothing() {
        assert!(News::of(&Effects::default()).is_empty());
        let counts = vec![Count::Active(AGENT, -1), Count::Waiting(SITE, 1)];
        let effects = Effects { counts, wake_worker: true, ..Effects::default() };
        let said = News::of(&effects).into_notices();
        assert_eq!(said, [Notice::HasRoom { agent: AGENT }, Notice::Counts, Notice::Jobs]);
    }
}
