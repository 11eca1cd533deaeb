//! The panel's header: its picture, its title and the line below.

use crate::{markup::Token, page::PanelPage};
use protocol::{
    Timestamp,
    names::{first_name, initials},
    status::{Availability, Reason},
};

/// What the header is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Header<'a> {
    /// The form of an open desk.
    Chat,
    /// The form of a closed desk.
    Help(&'a Availability),
    /// The answer to a form that was posted without script.
    Answer,
    /// A ticket that the server has not sent yet.
    Joining,
    /// A chat that nobody has accepted yet.
    Waiting,
    /// A chat with an agent of this name, and with whoever else was asked in.
    Agent(&'a str, Option<&'a str>),
    /// A help request.
    Request,
    /// A chat that has ended.
    Ended,
}

/// The line under the title; the ticket's number follows it.
pub enum Subtitle {
    /// As it is.
    Text(String),
    /// When the desk opens: only the reader's browser knows the reader's zone.
    OpensAt(Timestamp),
}

impl Header<'_> {
    /// The token of the picture.
    pub const fn token(self) -> Token {
        match self {
            Self::Chat | Self::Joining => Token::HeaderChat,
            Self::Help(_) => Token::HeaderHelp,
            Self::Answer | Self::Request => Token::HeaderTicket,
            Self::Waiting => Token::HeaderWaiting,
            Self::Agent(..) => Token::HeaderAgent,
            Self::Ended => Token::HeaderEnded,
        }
    }

    /// The picture's class.
    pub const fn picture_class(self) -> &'static str {
        match self {
            Self::Chat | Self::Agent(..) | Self::Joining => "avatar big brand",
            Self::Help(_) | Self::Waiting => "avatar big away",
            Self::Answer | Self::Request | Self::Ended => "avatar big live",
        }
    }

    /// The agent's initials; empty where the picture is an icon.
    pub fn initials(self) -> String {
        match self {
            Self::Agent(name, _) => initials(name),
            _ => String::new(),
        }
    }

    /// The title.
    pub fn title(self, page: &PanelPage) -> String {
        match self {
            Self::Chat | Self::Joining => page.name.clone(),
            Self::Help(_) => page.t("help"),
            Self::Answer => page.t(if page.is_posted_chat() { "started" } else { "received" }),
            Self::Waiting => page.t("waiting"),
            Self::Agent(name, None) => name.to_owned(),
            Self::Agent(name, Some(guest)) => {
                page.fill("two", &[("one", first_name(name)), ("other", first_name(guest))])
            }
            Self::Request => page.t("as_request"),
            Self::Ended => page.t("ended"),
        }
    }

    /// The line under the title.
    pub fn subtitle(self, page: &PanelPage) -> Subtitle {
        Subtitle::Text(match self {
            Self::Chat => page.t("online"),
            Self::Help(status) => match (status.reason, status.changes_at) {
                (Reason::NoAgents, _) => page.t("nobody"),
                (_, Some(at)) => return Subtitle::OpensAt(at),
                (Reason::Override, None) => page.t("unavailable"),
                (_, None) => page.t("closed"),
            },
            Self::Agent(..) => [&page.t("online"), " · ", &page.t("ticket_open")].concat(),
            Self::Waiting | Self::Answer | Self::Joining | Self::Request | Self::Ended => {
                page.t("ticket")
            }
        })
    }
}
