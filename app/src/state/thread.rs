//! One ticket's conversation as this console has it: head, entries, and the messages on their way.

use super::{
    contact::ContactForm,
    properties::PropertiesForm,
    writing::{Writing, writing},
};
use leptos::prelude::*;
use protocol::{
    AgentId, ContactFieldId, EntryId, Seq, TicketId, Timestamp,
    agent::{Colleague, Conversation, Revealable},
    contact::Contact,
    delivery::{Outbox, Timeline, Unsent},
    entry::{AgentBody, AgentEntry},
};
use std::{collections::HashMap, ops::Range};

/// A conversation; clones share it.
#[derive(Clone)]
pub struct Thread {
    /// The ticket.
    pub ticket: TicketId,
    /// The head, once known.
    pub head: ArcRwSignal<Option<Conversation>>,
    /// The entries.
    pub timeline: ArcRwSignal<Timeline<AgentEntry>>,
    /// The messages on their way.
    pub outbox: ArcRwSignal<Outbox>,
    /// The internal comments on their way.
    pub comments: ArcRwSignal<Outbox>,
    /// Whom each of them mentions.
    pub mentions: ArcStoredValue<HashMap<EntryId, Vec<AgentId>>>,
    /// The comment that is typed and not sent.
    pub note: ArcRwSignal<String>,
    /// When the visitor's last typing notice runs out.
    pub typing_until: ArcRwSignal<Option<Timestamp>>,
    /// Which colleague is typing, and until when.
    pub colleague_types: ArcRwSignal<Option<(String, Timestamp)>>,
    /// Who else has it on screen.
    pub watchers: ArcRwSignal<Vec<Colleague>>,
    /// The first message that was new when the conversation was opened, or when the agent was elsewhere.
    pub new_from: ArcRwSignal<Option<Seq>>,
    /// Whether it has been on screen.
    pub was_shown: ArcStoredValue<bool>,
    /// What was seen when it was opened, until the entries after that are here.
    seen_before: ArcStoredValue<Option<Seq>>,
    /// What of it was masked and looked at.
    pub revealed: ArcRwSignal<Revealed>,
    /// What agents set of it.
    pub properties: PropertiesForm,
    /// Who asks, as far as agents note it.
    pub card: ContactForm,
    /// Why there is nothing to show, where there is not.
    pub absence: ArcRwSignal<Option<Absence>>,
}

/// Fields, or entries, as they are unmasked.
pub type Revealed = HashMap<Sought, String>;

/// What is looked at: a field, an entry, or one of the owner's fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Sought {
    pub field: Revealable,
    pub entry: Option<EntryId>,
    pub own: Option<ContactFieldId>,
}

impl From<Revealable> for Sought {
    fn from(field: Revealable) -> Self {
        Self { field, entry: None, own: None }
    }
}

impl From<EntryId> for Sought {
    fn from(entry: EntryId) -> Self {
        Self { field: Revealable::Entry, entry: Some(entry), own: None }
    }
}

impl From<ContactFieldId> for Sought {
    fn from(own: ContactFieldId) -> Self {
        Self { field: Revealable::Own, entry: None, own: Some(own) }
    }
}

/// Why a ticket cannot be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Absence {
    /// There is no such ticket for this agent.
    NotThere,
    /// This agent could see it, and may no longer.
    AccessLost,
}

impl Thread {
    /// A conversation of which nothing is known yet.
    pub fn new(ticket: TicketId) -> Self {
        Self {
            ticket,
            head: ArcRwSignal::new(None),
            timeline: ArcRwSignal::new(Timeline::new()),
            outbox: ArcRwSignal::new(Outbox::default()),
            comments: ArcRwSignal::new(Outbox::default()),
            mentions: ArcStoredValue::new(HashMap::new()),
            note: ArcRwSignal::new(String::new()),
            typing_until: ArcRwSignal::new(None),
            colleague_types: ArcRwSignal::new(None),
            watchers: ArcRwSignal::new(Vec::new()),
            new_from: ArcRwSignal::new(None),
            was_shown: ArcStoredValue::new(false),
            seen_before: ArcStoredValue::new(None),
            revealed: ArcRwSignal::new(Revealed::new()),
            properties: PropertiesForm::new(),
            card: ContactForm::new(),
            absence: ArcRwSignal::new(None),
        }
    }

    /// A conversation that this agent may not see, or that is not there.
    pub fn missing(ticket: TicketId) -> Self {
        let thread = Self::new(ticket);
        thread.absence.set(Some(Absence::NotThere));
        thread
    }

    /// A conversation with its entries from the first on; `last` is the ticket's last sequence.
    pub fn loaded(head: Conversation, entries: Vec<AgentEntry>, last: Seq) -> Self {
        let thread = Self::new(head.ticket);
        thread.open_at(head.agent_seen);
        thread.head.set(Some(head));
        thread.timeline.update(|timeline| {
            timeline.page(entries, last);
        });
        thread.mark_new();
        thread
    }

    /// It comes on screen: what is after this is new.
    pub fn open_at(&self, seen: Seq) {
        // A conversation of which nothing was seen is new from one end to the other.
        self.seen_before.set_value(Some(seen).filter(|seen| *seen > Seq::START));
        self.new_from.set(None);
    }

    /// Finds the first message that is new, once it is here.
    pub fn mark_new(&self) {
        let Some(seen) = self.seen_before.get_value() else { return };
        let first = self.timeline.with_untracked(|timeline| {
            let mut entries = timeline.entries().iter();
            entries
                .find(|entry| entry.seq > seen && matches!(entry.body, AgentBody::Visitor { .. }))
                .map(|entry| entry.seq)
        });
        if first.is_some() {
            self.seen_before.set_value(None);
            self.new_from.set(first);
        }
    }

    /// Whatever comes from now on is seen at once.
    pub fn is_caught_up(&self) {
        self.seen_before.set_value(None);
    }

    /// What the agent can write; reading it follows changes of chat and state.
    pub fn writing(&self) -> Writing {
        self.head.with(|head| head.as_ref().map_or(Writing::Unknown, writing))
    }

    /// Whether reading here counts as seen: in my chat, in a help request and after the end, not in a chat that waits
    /// or is somebody else's.
    pub fn counts_as_seen(&self) -> bool {
        self.head.with_untracked(|head| {
            head.as_ref().is_some_and(|head| {
                matches!(
                    writing(head),
                    Writing::Chat
                        | Writing::Guest
                        | Writing::Request { .. }
                        | Writing::Closed { .. }
                )
            })
        })
    }

    /// The visitor, once known.
    pub fn contact(&self) -> Option<Contact> {
        self.head.with_untracked(|head| head.as_ref().map(|head| head.contact.clone()))
    }

    /// This agent may not see the ticket. What was here of it is gone; who had seen it is told so.
    pub fn on_absent(&self, absence: Absence) {
        let was_seen = self.head.with_untracked(Option::is_some)
            || self.absence.get_untracked() == Some(Absence::AccessLost);
        self.absence.set(Some(if was_seen { Absence::AccessLost } else { absence }));
        self.forget();
    }

    /// Forgets what was read; it comes anew.
    pub fn forget(&self) {
        self.head.set(None);
        self.timeline.set(Timeline::new());
        self.typing_until.set(None);
        self.properties.forget();
        self.card.forget();
        self.conceal();
    }

    /// What was looked at is masked again.
    pub fn conceal(&self) {
        self.revealed.set(Revealed::new());
    }

    /// The visitor has seen everything up to here.
    pub fn on_seen(&self, upto: Seq) {
        self.update_head(|head| head.visitor_seen = head.visitor_seen.max(upto));
    }

    /// Changes the head, where one is known.
    pub fn update_head(&self, update: impl FnOnce(&mut Conversation)) {
        self.head.update(|head| {
            if let Some(head) = head {
                update(head);
            }
        });
    }

    /// The messages to send now. `jitter`: 0 to 1, a fresh random number.
    pub fn due(&self, now: Timestamp, jitter: f64) -> Vec<Unsent> {
        due(&self.outbox, now, jitter)
    }

    /// The comments to send now, each with whom it mentions.
    pub fn due_comments(&self, now: Timestamp, jitter: f64) -> Vec<(Unsent, Vec<AgentId>)> {
        let due = due(&self.comments, now, jitter);
        due.into_iter().map(|unsent| (unsent.clone(), self.mentions_of(unsent.id))).collect()
    }

    /// Whom a comment mentions that is on its way.
    pub fn mentions_of(&self, comment: EntryId) -> Vec<AgentId> {
        self.mentions.with_value(|all| all.get(&comment).cloned().unwrap_or_default())
    }

    /// What is on its way, messages and comments.
    pub fn outboxes(&self) -> [&ArcRwSignal<Outbox>; 2] {
        [&self.outbox, &self.comments]
    }

    /// The outbox that a message or comment is in.
    pub fn outbox_of(&self, id: EntryId) -> &ArcRwSignal<Outbox> {
        if self.mentions.with_value(|all| all.contains_key(&id)) {
            &self.comments
        } else {
            &self.outbox
        }
    }

    /// Takes the entries at these places of the timeline out of the outboxes. Returns the ids of those that were in
    /// one.
    pub fn settle(&self, added: Range<usize>) -> Vec<EntryId> {
        if self.outboxes().iter().all(|outbox| outbox.with_untracked(Outbox::is_empty)) {
            return Vec::new();
        }
        let shown: Vec<EntryId> = self.timeline.with_untracked(|timeline| {
            timeline.entries()[added].iter().map(|entry| entry.id).collect()
        });
        let mut settled = Vec::new();
        for outbox in self.outboxes() {
            if !outbox.with_untracked(Outbox::is_empty) {
                outbox.update(|outbox| {
                    settled.extend(shown.iter().copied().filter(|id| outbox.on_shown(*id)));
                });
            }
        }
        settled
    }
}

fn due(outbox: &ArcRwSignal<Outbox>, now: Timestamp, jitter: f64) -> Vec<Unsent> {
    if outbox.with_untracked(|outbox| outbox.next_due(now).is_none_or(|at| at > now)) {
        return Vec::new();
    }
    let mut due = Vec::new();
    outbox.update(|outbox| due = outbox.due(now, jitter));
    due
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::writing::tests::conversation;
    use protocol::{ChatId, agent::AgentChat, entry::Category};
    use uuid::Uuid;

    const NOW: Timestamp = Timestamp(0);

    fn id(n: u128) -> EntryId {
        EntryId(Uuid::from_u128(n))
    }

    fn entry(seq: i64, n: u128) -> AgentEntry {
        let body = AgentBody::Agent {
            agent: AgentId(Uuid::nil()),
            name: "Lucía Medina".into(),
            text: "Hola".into(),
            files: vec![],
        };
        AgentEntry { seq: Seq(seq), id: id(n), at: NOW, body }
    }

    fn my_chat() -> Conversation {
        let chat = ChatId(Uuid::nil());
        let agent = "Lucía Medina".to_owned();
        conversation(
            AgentChat::Active { chat, agent, mine: true, since: NOW, guest: None, handover: None },
            Category::Open,
        )
    }

    fn write(thread: &Thread, n: u128) {
        thread.outbox.update(|outbox| {
            outbox.add(id(n), "Hola".into(), vec![], NOW);
        });
    }

    #[test]
    fn a_message_leaves_the_outbox_when_its_entry_is_shown() {
        Owner::new().with(|| {
            let thread = Thread::loaded(my_chat(), vec![entry(1, 1)], Seq(1));
            write(&thread, 2);
            write(&thread, 3);
            let mut added = 0..0;
            thread.timeline.update(|timeline| added = timeline.live(entry(2, 2)).added);
            assert_eq!(thread.settle(added), [id(2)]);
            let left: Vec<EntryId> = thread
                .outbox
                .with_untracked(|outbox| outbox.items(NOW).map(|(unsent, _)| unsent.id).collect());
            assert_eq!(left, [id(3)]);
        });
    }

    #[test]
    fn new_messages_are_marked_from_the_first_one_after_what_was_seen() {
        Owner::new().with(|| {
            let said = |seq| AgentEntry {
                body: AgentBody::Visitor { text: "Hola".into(), files: vec![] },
                ..entry(seq, seq.unsigned_abs().into())
            };
            let opened = |seen| {
                let head = Conversation { agent_seen: Seq(seen), ..my_chat() };
                let entries = vec![said(1), said(2), entry(3, 3), said(4), said(5)];
                Thread::loaded(head, entries, Seq(5)).new_from.get_untracked()
            };
            assert_eq!(opened(2), Some(Seq(4)), "the agent's own is not new");
            assert_eq!(opened(5), None);
            assert_eq!(opened(0), None, "all of it is new");
        });
    }

    #[test]
    fn a_colleagues_entry_settles_nothing() {
        Owner::new().with(|| {
            let thread = Thread::loaded(my_chat(), vec![], Seq::START);
            write(&thread, 3);
            let mut added = 0..0;
            thread.timeline.update(|timeline| added = timeline.live(entry(1, 1)).added);
            assert!(thread.settle(added).is_empty());
            assert!(!thread.outbox.with_untracked(Outbox::is_empty));
        });
    }

    #[test]
    fn nothing_is_due_before_the_server_has_greeted() {
        Owner::new().with(|| {
            let thread = Thread::loaded(my_chat(), vec![], Seq::START);
            write(&thread, 1);
            assert!(thread.due(NOW, 0.5).is_empty());
            thread.outbox.update(Outbox::on_connect);
            assert_eq!(thread.due(NOW, 0.5).len(), 1);
            assert!(thread.due(NOW, 0.5).is_empty(), "it is sent once");
        });
    }

    #[test]
    fn seen_never_goes_back() {
        Owner::new().with(|| {
            let thread = Thread::loaded(my_chat(), vec![entry(1, 1)], Seq(1));
            thread.on_seen(Seq(1));
            thread.on_seen(Seq::START);
            let seen = thread.head.with_untracked(|head| head.as_ref().map(|h| h.visitor_seen));
            assert_eq!(seen, Some(Seq(1)));
        });
    }
}
