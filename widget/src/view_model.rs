//! What the panel shows, decided in one place: for the server's document and for every later drawing in the browser.
//!
//! The markup of every state is in the document. An element with a rule ([`Rule`](crate::markup::Rule)) shows while the
//! rule holds, and is `hidden` otherwise.

use crate::{
    header::Header,
    markup::{self, Token},
    page::{Answer, PanelPage},
};
use protocol::{
    entry::Removed,
    status::Availability,
    visitor::{VisitorChat, VisitorTicket},
};

/// What fills the panel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Screen {
    /// The form: pre-chat while the desk is open, Ayuda while it is not.
    Form,
    /// The answer to a form that was posted without script.
    Answer,
    /// The tickets of a person whom the site's signature proves.
    Tickets,
    /// The conversation, also after the chat's end.
    Conversation,
}

/// The state that decides what shows.
#[derive(Clone, Copy)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a fact of its own, not a state of one machine"
)]
pub struct ViewModel<'a> {
    /// What the server made the document from.
    pub page: &'a PanelPage,
    /// What fills the panel.
    pub screen: Screen,
    /// The button's answer now.
    pub status: &'a Availability,
    /// The ticket, once the server has sent it.
    pub ticket: Option<&'a VisitorTicket>,
    /// The transcript of what was said was asked for.
    pub has_transcript: bool,
    /// The browser keeps nothing: only the ticket's link leads back.
    pub is_not_kept: bool,
    /// The form has a subject whatever its kind: one was typed.
    pub has_subject: bool,
    /// There is text in the composer.
    pub has_text: bool,
    /// The address for the answer is being typed.
    pub is_giving_contact: bool,
    /// Whether answers come with a sound.
    pub sound: bool,
    /// The person has tickets to choose from.
    pub has_tickets: bool,
}

impl<'a> ViewModel<'a> {
    /// The document as the server sends it.
    pub fn first(page: &'a PanelPage) -> Self {
        let screen = match page.answer {
            Some(Answer::Started { .. } | Answer::Opened { .. }) => Screen::Answer,
            _ => Screen::Form,
        };
        let has_subject = match &page.answer {
            Some(Answer::Refused { typed, .. }) => !typed.subject.is_empty(),
            _ => false,
        };
        Self {
            page,
            screen,
            status: &page.status,
            ticket: None,
            has_transcript: false,
            is_not_kept: false,
            has_subject,
            has_text: false,
            is_giving_contact: false,
            sound: true,
            has_tickets: false,
        }
    }

    /// Whether an element with this rule shows.
    pub fn shows(&self, attribute: &str) -> bool {
        markup::holds(attribute, &|token| self.holds(token))
    }

    fn holds(&self, token: Token) -> bool {
        let chat = self.chat().filter(|_| self.screen == Screen::Conversation);
        match token {
            Token::Form => self.screen == Screen::Form,
            Token::Answer => self.screen == Screen::Answer,
            Token::Tickets => self.screen == Screen::Tickets,
            Token::HasTickets => self.has_tickets,
            Token::Conversation => self.screen == Screen::Conversation,
            Token::Ended => matches!(chat, Some(VisitorChat::Ended { .. })),
            Token::Open => self.status.open,
            Token::Closed => !self.status.open,
            Token::HasSubject => self.has_subject,
            Token::HasText => self.has_text,
            Token::GivingContact => self.is_giving_contact,
            Token::Request => matches!(chat, Some(VisitorChat::Request)),
            Token::Waiting => matches!(chat, Some(VisitorChat::Waiting { .. })),
            Token::CanWrite => self.ticket.is_none_or(|ticket| ticket.removed.is_none()),
            Token::CannotWrite => !self.holds(Token::CanWrite),
            Token::Running => {
                matches!(chat, Some(VisitorChat::Waiting { .. } | VisitorChat::Active { .. }))
            }
            Token::NotRunning => !self.holds(Token::Running),
            Token::Rateable => {
                matches!(chat, Some(VisitorChat::Ended { attended: true, .. }))
                    && self.holds(Token::CanWrite)
            }
            Token::Rated => matches!(chat, Some(VisitorChat::Ended { rated: true, .. })),
            Token::NotRated => !self.holds(Token::Rated),
            Token::HasEmail => self.ticket.is_some_and(|ticket| ticket.email.is_some()),
            Token::NoEmail => !self.holds(Token::HasEmail),
            Token::NotKept => self.is_not_kept,
            Token::NoTranscript => !self.has_transcript,
            Token::Sound => self.sound,
            Token::HeaderChat
            | Token::HeaderHelp
            | Token::HeaderTicket
            | Token::HeaderWaiting
            | Token::HeaderAgent
            | Token::HeaderEnded => self.header().token() == token,
        }
    }

    /// What the header is about.
    pub fn header(&self) -> Header<'a> {
        match (self.screen, self.chat()) {
            (Screen::Form | Screen::Tickets, _) if self.status.open => Header::Chat,
            (Screen::Form | Screen::Tickets, _) => Header::Help(self.status),
            (Screen::Answer, _) => Header::Answer,
            (Screen::Conversation, Some(VisitorChat::Ended { .. })) => Header::Ended,
            (Screen::Conversation, None) => Header::Joining,
            (Screen::Conversation, Some(VisitorChat::Waiting { .. })) => Header::Waiting,
            (Screen::Conversation, Some(VisitorChat::Active { agent, guest })) => {
                Header::Agent(agent, guest.as_deref())
            }
            (Screen::Conversation, Some(VisitorChat::Request)) => Header::Request,
        }
    }

    /// The chat on the ticket, with one.
    pub fn chat(&self) -> Option<&'a VisitorChat> {
        self.ticket.map(|ticket| &ticket.chat)
    }

    /// The key of what the card says of the ticket's address.
    pub fn card_mail(&self) -> &'static str {
        if self.holds(Token::Waiting) { "card_waiting" } else { "card_mail" }
    }

    /// The key of what stands in an empty composer.
    pub fn write(&self) -> &'static str {
        if self.holds(Token::Ended) { "write_again" } else { "write" }
    }

    /// What stands above the form.
    pub fn intro(&self) -> String {
        self.page.t(if self.status.open { "intro_chat" } else { "intro_help" })
    }

    /// Why nothing can be written; empty where something can.
    pub fn no_composer(&self) -> String {
        match self.ticket.and_then(|ticket| ticket.removed) {
            Some(Removed::Site) => self.page.t("cannot_write"),
            Some(Removed::Queue | Removed::Agent) => self.page.t("only_end"),
            None => String::new(),
        }
    }

    /// The words of the form's button.
    pub fn submit(&self) -> String {
        self.page.t(if self.status.open { "start" } else { "send_request" })
    }

    /// The words above the composer for a visitor who waits; empty for everybody else.
    pub fn waiting(&self) -> String {
        let page = self.page;
        match self.chat() {
            Some(VisitorChat::Waiting { position }) if self.screen == Screen::Conversation => {
                // Position 0 is not known yet.
                let place = if *position > 1 {
                    page.fill("waiting_place", &[("n", &position.to_string())]) + "."
                } else {
                    page.t("waiting_next")
                };
                [&place, " ", &page.t("waiting_note")].concat()
            }
            _ => String::new(),
        }
    }
}
