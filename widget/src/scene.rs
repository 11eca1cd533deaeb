//! What shows when: decided in one place, for the server's first drawing and for every later one in the browser.
//!
//! Markup of every state is in the document. An element with `data-on="intake+open ended"` shows while one of its alternatives
//! holds, here "the form, while the desk is open" or "after a chat"; everything else is `hidden`.

use crate::page::PanelPage;
use protocol::{
    Refusal, Timestamp,
    names::initials,
    status::{Availability, Reason},
    visitor::{VisitorChat, VisitorTicket},
};

/// What fills the panel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum View {
    /// The form: pre-chat while the desk is open, Ayuda while it is not.
    Intake,
    /// The answer to a form that was posted without script.
    Answer,
    /// The conversation.
    Talk,
    /// After a chat: the rating.
    Ended,
}

/// The state that decides what shows.
#[derive(Clone, Copy)]
pub struct Scene<'a> {
    /// What the server made the document from.
    pub page: &'a PanelPage,
    /// What fills the panel.
    pub view: View,
    /// The button's answer now.
    pub status: &'a Availability,
    /// The ticket, once the server has told.
    pub ticket: Option<&'a VisitorTicket>,
    /// Looking back at the conversation after its end.
    pub looking_back: bool,
    /// Whether answers come with a sound.
    pub sound: bool,
}

/// What the header is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Face {
    Chat,
    Help,
    Answer,
    Joining,
    Waiting,
    Agent,
    Request,
    Ended,
}

/// The line under the title.
pub enum Sub {
    /// As it is.
    Text(String),
    /// When the desk is back: only the reader's browser can say it well.
    Back(Timestamp),
}

impl<'a> Scene<'a> {
    /// The first drawing.
    pub fn first(page: &'a PanelPage) -> Self {
        let view = match page.answer {
            Some(crate::page::Answer::Started { .. }) => View::Answer,
            _ => View::Intake,
        };
        Self { page, view, status: &page.status, ticket: None, looking_back: false, sound: true }
    }

    /// Whether an element with this `data-on` shows.
    pub fn is_on(&self, rule: &str) -> bool {
        rule.split(' ').any(|all| all.split('+').all(|token| self.holds(token)))
    }

    fn holds(&self, token: &str) -> bool {
        let chat = self.ticket.map(|ticket| &ticket.chat);
        let has_email = self.ticket.is_some_and(|ticket| ticket.email.is_some());
        match token {
            "intake" => self.view == View::Intake,
            "answer" => self.view == View::Answer,
            "talk" => self.view == View::Talk,
            "ended" => self.view == View::Ended,
            "open" => self.status.open,
            "closed" => !self.status.open,
            "request" => matches!(chat, Some(VisitorChat::Request)),
            "running" => {
                matches!(chat, Some(VisitorChat::Waiting { .. } | VisitorChat::Active { .. }))
            }
            "still" => !self.holds("running"),
            "rated" => matches!(chat, Some(VisitorChat::Ended { rated: true })),
            "unrated" => !self.holds("rated"),
            "email" => has_email,
            "unmailed" => !has_email,
            "back" => self.looking_back,
            "front" => !self.looking_back,
            "sound" => self.sound,
            face => self.face().token() == face,
        }
    }

    fn face(&self) -> Face {
        match (self.view, self.ticket.map(|ticket| &ticket.chat)) {
            (View::Intake, _) if self.status.open => Face::Chat,
            (View::Intake, _) => Face::Help,
            (View::Answer, _) => Face::Answer,
            (View::Ended, _) | (View::Talk, Some(VisitorChat::Ended { .. })) => Face::Ended,
            (View::Talk, None) => Face::Joining,
            (View::Talk, Some(VisitorChat::Waiting { .. })) => Face::Waiting,
            (View::Talk, Some(VisitorChat::Active { .. })) => Face::Agent,
            (View::Talk, Some(VisitorChat::Request)) => Face::Request,
        }
    }

    /// The agent's name, with one.
    fn agent(&self) -> &str {
        match self.ticket.map(|ticket| &ticket.chat) {
            Some(VisitorChat::Active { agent }) => agent,
            _ => "",
        }
    }

    /// The class of the header's picture.
    pub fn face_class(&self) -> &'static str {
        match self.face() {
            Face::Chat | Face::Agent | Face::Joining => "face big brand",
            Face::Help | Face::Waiting => "face big away",
            Face::Answer | Face::Request | Face::Ended => "face big live",
        }
    }

    /// What is in the header's picture where it is no icon.
    pub fn face_initials(&self) -> String {
        if self.face() == Face::Agent { initials(self.agent()) } else { String::new() }
    }

    /// The heading.
    pub fn title(&self) -> String {
        let page = self.page;
        match self.face() {
            Face::Chat | Face::Joining => page.name.clone(),
            Face::Help => page.t("help"),
            Face::Answer => page.t(if page.posted_a_chat() { "started" } else { "received" }),
            Face::Waiting => page.t("waiting"),
            Face::Agent => self.agent().to_owned(),
            Face::Request => page.t("as_request"),
            Face::Ended => page.t("ended"),
        }
    }

    /// The line under it; the ticket's number follows.
    pub fn sub(&self) -> Sub {
        let page = self.page;
        Sub::Text(match self.face() {
            Face::Chat => page.t("online"),
            Face::Help => match (self.status.reason, self.status.changes_at) {
                (Reason::NoAgents, _) => page.t("nobody"),
                (_, Some(at)) => return Sub::Back(at),
                (_, None) => page.t("closed"),
            },
            Face::Agent => [&page.t("online"), " · ", &page.t("ticket_open")].concat(),
            Face::Waiting | Face::Answer | Face::Joining | Face::Request | Face::Ended => {
                page.t("ticket")
            }
        })
    }

    /// The place in the queue, while waiting; 0 is not known yet.
    fn place(&self) -> Option<u32> {
        match self.ticket.map(|ticket| &ticket.chat) {
            Some(VisitorChat::Waiting { position }) => Some(*position),
            _ => None,
        }
    }

    /// What somebody who waits is told above the composer.
    pub fn wait_line(&self) -> String {
        let page = self.page;
        match self.place() {
            None => String::new(),
            Some(place) => {
                let first = if place > 1 {
                    page.fill("waiting_place", &[("n", &place.to_string())]) + "."
                } else {
                    page.t("waiting_next")
                };
                [&first, " ", &page.t("waiting_note")].concat()
            }
        }
    }
}

impl Face {
    fn token(self) -> &'static str {
        match self {
            Self::Chat | Self::Joining => "f-chat",
            Self::Help => "f-help",
            Self::Answer | Self::Request => "f-ticket",
            Self::Waiting => "f-waiting",
            Self::Agent => "f-agent",
            Self::Ended => "f-ended",
        }
    }
}

impl PanelPage {
    /// The words of `panel.{key}`.
    pub fn t(&self, key: &str) -> String {
        self.strings.get(&["panel.", key].concat())
    }

    /// The same with its places filled.
    pub fn fill(&self, key: &str, places: &[(&str, &str)]) -> String {
        self.strings.fill(&["panel.", key].concat(), places)
    }

    /// The words of a refusal.
    pub fn word_refusal(&self, refusal: &Refusal) -> String {
        self.strings.refusal(refusal)
    }

    /// `/w/{site}` and what follows.
    pub fn address(&self, rest: &str) -> String {
        ["/w/", &self.site.0, rest].concat()
    }

    fn posted_a_chat(&self) -> bool {
        use crate::page::{Answer, Form};
        matches!(self.answer, Some(Answer::Started { form: Form::Chat, .. }))
    }
}
