//! What the agent can write into a conversation.

use protocol::{
    ChatId,
    agent::{AgentChat, Conversation},
    entry::{Category, Removed},
};

/// What the agent can write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Writing {
    /// Nothing is known yet.
    Unknown,
    /// Messages in my chat.
    Chat,
    /// Messages in a colleague's chat, as a guest.
    Guest,
    /// An answer by mail; to this address, where one is known.
    Request { email: Option<String> },
    /// Nothing before the chat is accepted.
    Waiting { chat: ChatId },
    /// Nothing: a colleague has the chat.
    Elsewhere { agent: String },
    /// On a closed ticket: by mail to this address, where one is known; after a chat, where no open panel shows it.
    Closed { email: Option<String>, after_chat: bool },
    /// Nothing: what the chat belongs to was removed. Who may can still end it.
    Removed { what: Removed, may_end: bool },
}

impl Writing {
    /// Whether it is a chat that I can end.
    pub fn is_my_chat(&self) -> bool {
        matches!(self, Self::Chat | Self::Removed { may_end: true, .. })
    }
}

/// What can be written, by the chat and the ticket's state.
pub fn writing(head: &Conversation) -> Writing {
    if let Some(what) = head.removed {
        return Writing::Removed { what, may_end: head.may_end };
    }
    match &head.chat {
        AgentChat::Waiting { chat, .. } => Writing::Waiting { chat: *chat },
        AgentChat::Active { mine: true, .. } => Writing::Chat,
        AgentChat::Active { guest: Some(guest), .. } if guest.me => Writing::Guest,
        AgentChat::Active { agent, .. } => Writing::Elsewhere { agent: agent.clone() },
        AgentChat::None | AgentChat::Ended { .. } if head.state.category == Category::Closed => {
            let after_chat = matches!(head.chat, AgentChat::Ended { .. });
            Writing::Closed { email: head.contact.email.clone(), after_chat }
        }
        AgentChat::None | AgentChat::Ended { .. } => {
            Writing::Request { email: head.contact.email.clone() }
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use protocol::{
        AgentId, PageUrl, Seq, TicketId, TicketNumber, Timestamp, agent::Guest, contact::Contact,
        entry::TicketState,
    };
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
            page: PageUrl::parse("https://cuentasok.example/conciliacion/marzo"),
            lang: "es".into(),
            created_at: Timestamp(0),
            last: Seq(0),
            visitor_seen: Seq::START,
            agent_seen: Seq::START,
            visitor_present: true,
            removed: None,
            may_end: false,
            priority: None,
            ticket_type: None,
            tags: Vec::new(),
        }
    }

    #[test]
    fn writing_follows_chat_and_state() {
        let chat = ChatId(Uuid::nil());
        let at = Timestamp(0);
        let of = |chat, category| writing(&conversation(chat, category));
        let email = Some("melissa@example.com".into());
        let closed = |after_chat| Writing::Closed { email: email.clone(), after_chat };
        let mail = Writing::Request { email: email.clone() };
        assert_eq!(
            of(AgentChat::Waiting { chat, since: at }, Category::Open),
            Writing::Waiting { chat }
        );
        let with = |mine, guest| {
            let agent = "Raúl".into();
            AgentChat::Active { chat, agent, mine, since: at, guest, handover: None }
        };
        let active = |mine| with(mine, None);
        let guest = |me| Guest { agent: AgentId(Uuid::nil()), name: "Eva".into(), me };
        assert_eq!(of(with(false, Some(guest(true))), Category::Open), Writing::Guest);
        assert_eq!(of(with(true, Some(guest(false))), Category::Open), Writing::Chat);
        assert_eq!(of(active(true), Category::Open), Writing::Chat);
        assert_eq!(of(active(false), Category::Open), Writing::Elsewhere { agent: "Raúl".into() });
        assert_eq!(of(AgentChat::None, Category::Open), mail);
        assert_eq!(of(AgentChat::None, Category::Waiting), mail);
        assert_eq!(of(AgentChat::Ended { at }, Category::Open), mail);
        assert_eq!(of(AgentChat::Ended { at }, Category::Closed), closed(true));
        assert_eq!(of(AgentChat::None, Category::Closed), closed(false));
        let what = Removed::Site;
        let removed = |chat, may_end| {
            let head = conversation(chat, Category::Open);
            writing(&Conversation { removed: Some(what), may_end, ..head })
        };
        assert_eq!(removed(active(true), true), Writing::Removed { what, may_end: true });
        assert_eq!(removed(active(false), false), Writing::Removed { what, may_end: false });
        assert_eq!(removed(AgentChat::None, false), Writing::Removed { what, may_end: false });
    }
}
