//! One ticket's conversation as this console has it: head, entries, and what is on its way.

use crate::start::Opened;
use leptos::prelude::*;
use protocol::{
    EntryId, Seq, TicketId, Timestamp,
    agent::{AgentChat, Conversation},
    contact::Contact,
    delivery::{Outbox, Timeline, Unsent},
    entry::{AgentEntry, Category},
};
use serde::{Deserialize, Serialize};

/// A conversation; clones share it.
#[derive(Clone)]
pub struct Thread {
    /// The ticket.
    pub ticket: TicketId,
    /// The head, once known.
    pub head: ArcRwSignal<Option<Conversation>>,
    /// The entries.
    pub timeline: ArcRwSignal<Timeline<AgentEntry>>,
    /// What is on its way.
    pub outbox: ArcRwSignal<Outbox>,
    /// The visitor types, as far as is known until then.
    pub typing_until: ArcRwSignal<Option<Timestamp>>,
    /// There is no such ticket for this agent.
    pub missing: ArcRwSignal<bool>,
}

/// What the agent can write here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Writing {
    /// Nothing is known yet.
    Unknown,
    /// Talk in my chat.
    Chat,
    /// Answer by mail; to this address, where one is known.
    Request { email: Option<String> },
    /// First it has to be accepted.
    Waiting { chat: protocol::ChatId },
    /// Somebody else has it.
    Elsewhere { agent: String },
    /// It is closed.
    Closed,
}

/// What the browser keeps of a message on its way.
#[derive(Serialize, Deserialize)]
pub struct Kept {
    /// Its ticket.
    pub ticket: TicketId,
    /// The message.
    pub unsent: Unsent,
}

impl Thread {
    /// One of which nothing is known yet.
    pub fn new(ticket: TicketId) -> Self {
        Self {
            ticket,
            head: ArcRwSignal::new(None),
            timeline: ArcRwSignal::new(Timeline::new()),
            outbox: ArcRwSignal::new(Outbox::default()),
            typing_until: ArcRwSignal::new(None),
            missing: ArcRwSignal::new(false),
        }
    }

    /// One that this agent may not see, or that is not there.
    pub fn missing(ticket: TicketId) -> Self {
        let thread = Self::new(ticket);
        thread.missing.set(true);
        thread
    }

    /// One that the server rendered.
    pub fn opened(opened: Opened) -> Self {
        let thread = Self::new(opened.conversation.ticket);
        thread.head.set(Some(opened.conversation));
        thread.timeline.update(|timeline| {
            timeline.page(opened.entries, opened.last);
        });
        thread
    }

    /// What can be written, by the chat and the ticket's state.
    pub fn writing(&self) -> Writing {
        self.head.with(|head| head.as_ref().map_or(Writing::Unknown, writing))
    }

    /// Whether what is read here counts as seen: my chat or a help request, not a chat that waits or is somebody else's.
    pub fn counts_as_seen(&self) -> bool {
        self.head.with_untracked(|head| {
            head.as_ref().is_some_and(|head| {
                matches!(writing(head), Writing::Chat | Writing::Request { .. })
            })
        })
    }

    /// Who asks, once known.
    pub fn contact(&self) -> Option<Contact> {
        self.head.with_untracked(|head| head.as_ref().map(|head| head.contact.clone()))
    }

    /// The visitor has seen so far.
    pub fn visitor_saw(&self, upto: Seq) {
        self.change(|head| head.visitor_seen = head.visitor_seen.max(upto));
    }

    /// Changes the head, where one is known.
    pub fn change(&self, change: impl FnOnce(&mut Conversation)) {
        self.head.update(|head| {
            if let Some(head) = head {
                change(head);
            }
        });
    }

    /// What is not acknowledged and due now.
    pub fn due(&self, now: Timestamp, jitter: f64) -> Vec<Unsent> {
        if self.outbox.with_untracked(|outbox| outbox.next_due(now).is_none_or(|at| at > now)) {
            return Vec::new();
        }
        let mut due = Vec::new();
        self.outbox.update(|outbox| due = outbox.due(now, jitter));
        due
    }

    /// These entries are in the timeline now; answers the ids that the outbox was waiting for.
    pub fn settle(&self, added: std::ops::Range<usize>) -> Vec<EntryId> {
        if self.outbox.with_untracked(Outbox::is_empty) {
            return Vec::new();
        }
        let shown: Vec<EntryId> = self.timeline.with_untracked(|timeline| {
            timeline.entries()[added].iter().map(|entry| entry.id).collect()
        });
        let mut mine = Vec::new();
        self.outbox
            .update(|outbox| mine = shown.into_iter().filter(|id| outbox.on_shown(*id)).collect());
        mine
    }
}

fn writing(head: &Conversation) -> Writing {
    match &head.chat {
        AgentChat::Waiting { chat, .. } => Writing::Waiting { chat: *chat },
        AgentChat::Active { mine: true, .. } => Writing::Chat,
        AgentChat::Active { agent, .. } => Writing::Elsewhere { agent: agent.clone() },
        AgentChat::None | AgentChat::Ended { .. } if head.state.category == Category::Closed => {
            Writing::Closed
        }
        AgentChat::None | AgentChat::Ended { .. } => {
            Writing::Request { email: head.contact.email.clone() }
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use protocol::{ChatId, PageUrl, TicketNumber, contact::Contact, entry::TicketState};
    use uuid::Uuid;

    pub(crate) fn conversation(chat: AgentChat, category: Category) -> Conversation {
        Conversation {
            ticket: TicketId(Uuid::from_u128(7)),
            number: TicketNumber("CO-1042".into()),
            chat,
            site: "CuentasOK".into(),
            queue: "Soporte general".into(),
            contact: Contact {
                name: Some("Melissa Ortega".into()),
                email: Some("melissa@example.com".into()),
                verified: false,
            },
            subject: Some("Conciliación de marzo".into()),
            state: TicketState { name: "pendiente".into(), category },
            page: PageUrl::parse("https://cuentasok.example/conciliacion/marzo").unwrap(),
            lang: "es".into(),
            created_at: Timestamp(0),
            last: Seq(0),
            visitor_seen: Seq::START,
            agent_seen: Seq::START,
            visitor_present: true,
        }
    }

    #[test]
    fn writing_follows_chat_and_state() {
        let chat = ChatId(Uuid::nil());
        let at = Timestamp(0);
        let of = |chat, category| writing(&conversation(chat, category));
        let mail = Writing::Request { email: Some("melissa@example.com".into()) };
        assert_eq!(
            of(AgentChat::Waiting { chat, since: at }, Category::Open),
            Writing::Waiting { chat }
        );
        let active = |mine| AgentChat::Active { chat, agent: "Raúl".into(), mine, since: at };
        assert_eq!(of(active(true), Category::Open), Writing::Chat);
        assert_eq!(of(active(false), Category::Open), Writing::Elsewhere { agent: "Raúl".into() });
        assert_eq!(of(AgentChat::None, Category::Open), mail);
        assert_eq!(of(AgentChat::None, Category::Waiting), mail);
        assert_eq!(of(AgentChat::Ended { at }, Category::Open), mail);
        assert_eq!(of(AgentChat::Ended { at }, Category::Closed), Writing::Closed);
    }
}
