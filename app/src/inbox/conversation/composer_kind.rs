//! What the composer writes.

use crate::{state::writing::Writing, words::Words};
use protocol::{
    Refusal, limits,
    text::{ChatText, FormText},
};

/// What is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ComposerKind {
    /// A message in a chat.
    Chat,
    /// The answer to a help request, by mail to this address.
    Request { email: Option<String> },
    /// A message after a chat's end, by mail to this address where no open panel shows it.
    AfterChat { email: Option<String> },
    /// An internal comment, where nothing else can be written.
    Comment,
}

impl ComposerKind {
    /// What is written where this can be.
    pub fn of(writing: &Writing) -> Self {
        match writing {
            Writing::Chat | Writing::Guest => Self::Chat,
            Writing::Request { email } | Writing::Closed { email, after_chat: false } => {
                Self::Request { email: email.clone() }
            }
            Writing::Closed { email, after_chat: true } => Self::AfterChat { email: email.clone() },
            Writing::Unknown
            | Writing::Waiting { .. }
            | Writing::Elsewhere { .. }
            | Writing::Removed { .. } => Self::Comment,
        }
    }

    /// Longest text, in characters.
    pub fn limit(&self) -> usize {
        match self {
            Self::Chat => limits::CHAT_TEXT,
            Self::Request { .. } | Self::AfterChat { .. } | Self::Comment => limits::FORM_TEXT,
        }
    }

    /// Whether the text can be sent.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn check(&self, text: &str) -> Result<(), Refusal> {
        match self {
            Self::Chat => ChatText::parse(text).map(drop),
            Self::Request { .. } | Self::AfterChat { .. } | Self::Comment => {
                FormText::parse(text).map(drop)
            }
        }
    }

    /// Where the text goes, if that has to be said.
    pub fn note(&self, words: Words) -> Option<String> {
        match self {
            Self::Chat | Self::Comment => None,
            Self::Request { email: Some(email) } => {
                Some(words.fill("goes_by_mail", &[("email", email)]))
            }
            Self::Request { email: None } => Some(words.get("goes_nowhere")),
            Self::AfterChat { email: Some(email) } => {
                Some(words.fill("closed_note", &[("email", email)]))
            }
            Self::AfterChat { email: None } => Some(words.get("closed_nowhere")),
        }
    }
}
