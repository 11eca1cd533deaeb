//! What the agent can write into a conversation.

use protocol::{
    ChatId,
    agent::{AgentChat, Conversation},
    entry::Category,
};

/// What the agent can write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Writing {
    /// Nothing is known yet.
    Unknown,
    /// Messages in my chat.
    Chat,
    /// An answer by mail; to this address, where one is known.
    Request { email: Option<String> },
    /// Nothing before the chat is accepted.
    Waiting { chat: ChatId },
    /// Nothing: a colleague has the chat.
    Elsewhere { agent: String },
    /// On a closed ticket: by mail to this address, where one is known; after a chat, where no open panel shows it.
    Closed { email: Option<String>, after_chat: bool },
    /// Nothing: the site was removed. My chat can still be ended.
    SiteRemoved { mine: bool },
}

impl Writing {
    /// Whether it is my chat, which I can end.
    pub fn is_my_chat(&self) -> bool {
        matches!(self, Self::Chat | Self::SiteRemoved { mine: true })
    }
}

/// What can be written, by the chat and the ticket's state.
pub fn writing(head: &Conversation) -> Writing {
    if head.site_removed {
        return Writing::SiteRemoved {
            mine: matches!(head.chat, AgentChat::Active { mine: true, .. }),
        };
    }
    match &head.chat {
        AgentChat::Waiting { chat, .. } => Writing::Waiting { chat: *chat },
        AgentChat::Active { mine: true, .. } => Writing::Chat,
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
        PageUrl, Seq, TicketId, TicketNumber, Timestamp, contact::Contact, entry::TicketState,
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
            site_removed: false,
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
        let active = |mine| AgentChat::Active { chat, agent: "Raúl".into(), mine, since: at };
        assert_eq!(of(active(true), Category::Open), Writing::Chat);
        assert_eq!(of(active(false), Category::Open), Writing::Elsewhere { agent: "Raúl".into() });
        assert_eq!(of(AgentChat::None, Category::Open), mail);
        assert_eq!(of(AgentChat::None, Category::Waiting), mail);
        assert_eq!(of(AgentChat::Ended { at }, Category::Open), mail);
        assert_eq!(of(AgentChat::Ended { at }, Category::Closed), closed(true));
        assert_eq!(of(AgentChat::None, Category::Closed), closed(false));
        let removed = |chat| {
            writing(&Conversation { site_removed: true, ..conversation(chat, Category::Open) })
        };
        assert_eq!(removed(active(true)), Writing::SiteRemoved { mine: true });
        assert_eq!(removed(active(false)), Writing::SiteRemoved { mine: false });
        assert_eq!(removed(AgentChat::None), Writing::SiteRemoved { mine: false });
    }
}
