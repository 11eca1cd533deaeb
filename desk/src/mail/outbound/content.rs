//! What a mail is about: kept in its row as ids and small words; the text is made from it when the mail is sent.

use protocol::{AgentId, QueueId, Seq, entry::BecameRequest, strings::Strings};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A mail to the visitor of a ticket.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "mail", rename_all = "snake_case")]
pub(crate) enum VisitorMail {
    /// A help request was received: number and link, none of its text; `why`, where a chat became one.
    RequestReceived {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        why: Option<BecameRequest>,
    },
    /// A chat ended: number, link, rating.
    ChatEnded,
    /// The transcript was asked for, and follows once the address is confirmed: number and link.
    Confirm,
    /// The ticket's address is another from now on, this one: number and link.
    NewAddress,
    /// The ticket's address is to be this one, once its owner says so: number and link.
    ClaimedAddress,
    /// The ticket's address was this one, and is another from now on: the number alone.
    FormerAddress,
    /// The ticket's link was renewed, or asked for: number and link.
    NewLink,
    /// The ticket waits on the customer, and is about to be closed: number and link.
    Closing,
    /// The conversation up to here.
    Transcript { upto: Seq },
    /// The agents' messages after `after` up to `upto`; it also names the ticket's state.
    Replies { after: Seq, upto: Seq },
    /// An agent changed the ticket's state without a word.
    StateChanged { state: String },
}

impl VisitorMail {
    /// What agents did: it waits as one mail a ticket.
    pub(super) fn waits_with_others(&self) -> bool {
        matches!(self, Self::Replies { .. } | Self::StateChanged { .. })
    }
}

/// What a queue's agents are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum AgentMail {
    /// A new help request.
    Request,
    /// The visitor's reply to one.
    Reply,
}

/// A row's details.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "to", rename_all = "snake_case")]
pub(crate) enum Content {
    Visitor {
        #[serde(flatten)]
        mail: VisitorMail,
    },
    /// What the visitor wrote after `after` up to `upto`.
    Agent { about: AgentMail, after: Seq, upto: Seq, queue: Option<QueueId> },
    /// What comments say after `after` up to `upto` that mention the agent.
    Mention { after: Seq, upto: Seq, agent: AgentId },
    /// A one-time link for an agent who forgot the password, made from this id.
    Account { link: Uuid },
    /// A one-time link to the tickets of an address at a site, made from this id.
    OwnTickets { link: Uuid },
}

protocol::text_enum! {
    /// The `kind` column: by which mails are counted and found again.
    pub(crate) enum MailKind {
        RequestReceived = "request_received",
        ChatEnded = "chat_ended",
        Confirm = "confirm",
        NewAddress = "new_address",
        ClaimedAddress = "claimed_address",
        FormerAddress = "former_address",
        NewLink = "new_link",
        Closing = "closing",
        Transcript = "transcript",
        Replies = "replies",
        StateChanged = "state_changed",
        RequestForAgents = "request_for_agents",
        ReplyForAgents = "reply_for_agents",
        Mention = "mention",
        PasswordLink = "password_link",
        OwnTicketsLink = "own_tickets_link",
    }
}

impl Content {
    /// The `kind` column.
    pub(super) fn kind(&self) -> MailKind {
        match self {
            Self::Visitor { mail: VisitorMail::RequestReceived { .. } } => {
                MailKind::RequestReceived
            }
            Self::Visitor { mail: VisitorMail::ChatEnded } => MailKind::ChatEnded,
            Self::Visitor { mail: VisitorMail::Confirm } => MailKind::Confirm,
            Self::Visitor { mail: VisitorMail::NewAddress } => MailKind::NewAddress,
            Self::Visitor { mail: VisitorMail::ClaimedAddress } => MailKind::ClaimedAddress,
            Self::Visitor { mail: VisitorMail::FormerAddress } => MailKind::FormerAddress,
            Self::Visitor { mail: VisitorMail::NewLink } => MailKind::NewLink,
            Self::Visitor { mail: VisitorMail::Closing } => MailKind::Closing,
            Self::Visitor { mail: VisitorMail::Transcript { .. } } => MailKind::Transcript,
            Self::Visitor { mail: VisitorMail::Replies { .. } } => MailKind::Replies,
            Self::Visitor { mail: VisitorMail::StateChanged { .. } } => MailKind::StateChanged,
            Self::Agent { about: AgentMail::Request, .. } => MailKind::RequestForAgents,
            Self::Agent { about: AgentMail::Reply, .. } => MailKind::ReplyForAgents,
            Self::Mention { .. } => MailKind::Mention,
            Self::Account { .. } => MailKind::PasswordLink,
            Self::OwnTickets { .. } => MailKind::OwnTicketsLink,
        }
    }

    /// Whether a person wrote what is in it: everything else says `Auto-Submitted`.
    pub(super) fn is_personal(&self) -> bool {
        matches!(self, Self::Visitor { mail: VisitorMail::Replies { .. } })
    }

    /// Without the number before it. Holds no word of a visitor's.
    pub(super) fn subject(&self, words: &Strings, site: &str) -> String {
        let (key, state) = match self {
            Self::Visitor { mail: VisitorMail::RequestReceived { .. } } => {
                ("mail.received.subject", "")
            }
            Self::Visitor { mail: VisitorMail::ChatEnded } => ("mail.ended.subject", ""),
            Self::Visitor {
                mail: VisitorMail::Confirm | VisitorMail::NewAddress | VisitorMail::ClaimedAddress,
            } => ("mail.confirm.subject", ""),
            Self::Visitor { mail: VisitorMail::FormerAddress } => {
                ("mail.former_address.subject", "")
            }
            Self::Visitor { mail: VisitorMail::NewLink } => ("mail.new_link.subject", ""),
            Self::Visitor { mail: VisitorMail::Closing } => ("mail.closing.subject", ""),
            Self::Visitor { mail: VisitorMail::Transcript { .. } } => {
                ("mail.transcript.subject", "")
            }
            Self::Visitor { mail: VisitorMail::Replies { .. } } => ("mail.replies.subject", ""),
            Self::Visitor { mail: VisitorMail::StateChanged { state } } => {
                ("mail.state.subject", state.as_str())
            }
            Self::Agent { about: AgentMail::Request, .. } => {
                ("mail.for_agents.request_subject", "")
            }
            Self::Agent { about: AgentMail::Reply, .. } => ("mail.for_agents.reply_subject", ""),
            Self::Mention { .. } => ("mail.mention.subject", ""),
            Self::Account { .. } => ("mail.password.subject", ""),
            Self::OwnTickets { .. } => ("mail.own_tickets.subject", ""),
        };
        let state = words.state(state);
        words.fill(key, &[("site", site), ("state", &state)])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn details_are_read_back() {
        for content in [
            Content::Visitor { mail: VisitorMail::RequestReceived { why: None } },
            Content::Visitor {
                mail: VisitorMail::RequestReceived { why: Some(BecameRequest::NoAgents) },
            },
            Content::Visitor { mail: VisitorMail::Confirm },
            Content::Visitor { mail: VisitorMail::FormerAddress },
            Content::Visitor { mail: VisitorMail::NewLink },
            Content::Visitor { mail: VisitorMail::Closing },
            Content::Visitor { mail: VisitorMail::Transcript { upto: Seq(7) } },
            Content::Visitor { mail: VisitorMail::Replies { after: Seq(1), upto: Seq(7) } },
            Content::Visitor { mail: VisitorMail::StateChanged { state: "finalizado".into() } },
            Content::Account { link: Uuid::from_u128(7) },
            Content::OwnTickets { link: Uuid::from_u128(7) },
            Content::Mention { after: Seq(2), upto: Seq(3), agent: AgentId(Uuid::from_u128(7)) },
            Content::Agent { about: AgentMail::Reply, after: Seq(2), upto: Seq(3), queue: None },
        ] {
            let json = serde_json::to_value(&content).unwrap();
            assert_eq!(serde_json::from_value::<Content>(json).unwrap(), content);
        }
    }
}
