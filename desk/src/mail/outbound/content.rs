//! What a mail is about: kept in its row as ids and small words; the text is made from it when the mail is sent.

use protocol::{QueueId, Seq, strings::Strings};
use serde::{Deserialize, Serialize};

/// A mail to the visitor of a ticket.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "mail", rename_all = "snake_case")]
pub(crate) enum VisitorMail {
    /// A help request was received: number and link, none of its text.
    RequestReceived,
    /// A chat ended: number, link, rating.
    ChatEnded,
    /// The conversation up to here.
    Transcript { upto: Seq },
    /// The agents' messages after `after` up to `upto`; it also names the ticket's state.
    Replies { after: Seq, upto: Seq },
    /// An agent changed the ticket's state without a word.
    StateChanged { state: String },
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
    Agent {
        about: AgentMail,
        seq: Seq,
        queue: Option<QueueId>,
    },
}

impl VisitorMail {
    /// Whether the visitor's own act causes it: the caps of an address count those (`behaviours.md`, "Mail"). What
    /// agents do is never held back.
    pub(super) fn is_visitors_doing(&self) -> bool {
        match self {
            Self::RequestReceived | Self::ChatEnded | Self::Transcript { .. } => true,
            Self::Replies { .. } | Self::StateChanged { .. } => false,
        }
    }
}

impl Content {
    /// The `kind` column, for an operator who looks.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Visitor { mail: VisitorMail::RequestReceived } => "request_received",
            Self::Visitor { mail: VisitorMail::ChatEnded } => "chat_ended",
            Self::Visitor { mail: VisitorMail::Transcript { .. } } => "transcript",
            Self::Visitor { mail: VisitorMail::Replies { .. } } => "replies",
            Self::Visitor { mail: VisitorMail::StateChanged { .. } } => "state_changed",
            Self::Agent { about: AgentMail::Request, .. } => "request_for_agents",
            Self::Agent { about: AgentMail::Reply, .. } => "reply_for_agents",
        }
    }

    /// Whether a person wrote what is in it: everything else says `Auto-Submitted`.
    pub(super) fn is_personal(&self) -> bool {
        matches!(self, Self::Visitor { mail: VisitorMail::Replies { .. } })
    }

    /// Without the number before it. Holds no word of a visitor's.
    pub(super) fn subject(&self, words: &Strings, site: &str) -> String {
        let (key, state) = match self {
            Self::Visitor { mail: VisitorMail::RequestReceived } => ("mail.received.subject", ""),
            Self::Visitor { mail: VisitorMail::ChatEnded } => ("mail.ended.subject", ""),
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
            Content::Visitor { mail: VisitorMail::RequestReceived },
            Content::Visitor { mail: VisitorMail::Transcript { upto: Seq(7) } },
            Content::Visitor { mail: VisitorMail::Replies { after: Seq(1), upto: Seq(7) } },
            Content::Visitor { mail: VisitorMail::StateChanged { state: "finalizado".into() } },
            Content::Agent { about: AgentMail::Reply, seq: Seq(3), queue: None },
        ] {
            let json = serde_json::to_value(&content).unwrap();
            assert_eq!(serde_json::from_value::<Content>(json).unwrap(), content);
        }
    }
}
