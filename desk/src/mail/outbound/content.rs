//! What a mail is about: kept in its row as ids and small words; the text is made from it when the mail is sent.

use protocol::{QueueId, Seq, strings::Strings};
use serde::{Deserialize, Serialize};

/// A mail to the visitor of a ticket.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub(crate) enum What {
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
pub(crate) enum ForAgents {
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
        what: What,
    },
    Agent {
        about: ForAgents,
        seq: Seq,
        queue: Option<QueueId>,
    },
}

impl Content {
    /// The `kind` column, for an operator who looks.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Visitor { what: What::RequestReceived } => "request_received",
            Self::Visitor { what: What::ChatEnded } => "chat_ended",
            Self::Visitor { what: What::Transcript { .. } } => "transcript",
            Self::Visitor { what: What::Replies { .. } } => "replies",
            Self::Visitor { what: What::StateChanged { .. } } => "state_changed",
            Self::Agent { about: ForAgents::Request, .. } => "request_for_agents",
            Self::Agent { about: ForAgents::Reply, .. } => "reply_for_agents",
        }
    }

    /// Whether a person wrote what is in it: everything else says `Auto-Submitted`.
    pub(super) fn is_personal(&self) -> bool {
        matches!(self, Self::Visitor { what: What::Replies { .. } })
    }

    /// Without the number before it. Holds no word of a visitor's.
    pub(super) fn subject(&self, words: &Strings, site: &str) -> String {
        let (key, state) = match self {
            Self::Visitor { what: What::RequestReceived } => ("mail.received.subject", ""),
            Self::Visitor { what: What::ChatEnded } => ("mail.ended.subject", ""),
            Self::Visitor { what: What::Transcript { .. } } => ("mail.transcript.subject", ""),
            Self::Visitor { what: What::Replies { .. } } => ("mail.replies.subject", ""),
            Self::Visitor { what: What::StateChanged { state } } => {
                ("mail.state.subject", state.as_str())
            }
            Self::Agent { about: ForAgents::Request, .. } => {
                ("mail.for_agents.request_subject", "")
            }
            Self::Agent { about: ForAgents::Reply, .. } => ("mail.for_agents.reply_subject", ""),
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
            Content::Visitor { what: What::RequestReceived },
            Content::Visitor { what: What::Transcript { upto: Seq(7) } },
            Content::Visitor { what: What::Replies { after: Seq(1), upto: Seq(7) } },
            Content::Visitor { what: What::StateChanged { state: "finalizado".into() } },
            Content::Agent { about: ForAgents::Reply, seq: Seq(3), queue: None },
        ] {
            let json = serde_json::to_value(&content).unwrap();
            assert_eq!(serde_json::from_value::<Content>(json).unwrap(), content);
        }
    }
}
