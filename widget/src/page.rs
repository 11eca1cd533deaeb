//! What a page is made from: plain data, put in by the server and handed on to the browser's half as JSON.

use protocol::{
    EntryId, PageUrl, Refusal, Score, SiteKey, Timestamp, entry::VisitorEntry, form::Started,
    settings::Hue, status::Availability, strings::Strings, visitor::VisitorTicket,
};
use serde::{Deserialize, Serialize};

/// The panel at `/w/{site}`, also after one of its forms was posted without script.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PanelPage {
    /// The site's key: every address of the panel starts with `/w/{site}`.
    pub site: SiteKey,
    /// The site's name.
    pub name: String,
    /// The language chosen: `es`, `en` or `pt`.
    pub lang: String,
    /// The brand's hue: the tag's, else the site's; none: the house's.
    pub hue: Option<Hue>,
    /// One attachment's limit in bytes.
    pub file_bytes: u64,
    /// Inside the loader's frame (`?embed=1`), not a page of its own.
    pub embed: bool,
    /// The corner of the host page that the frame stands in (`?position=`).
    pub position: Position,
    /// The host page (`?page=`), where it is one of the web.
    pub page: Option<PageUrl>,
    /// A fresh id for the form, so that sending it twice is one ticket. After a refusal: the id that came with it.
    pub form_id: EntryId,
    /// The button's answer now.
    pub status: Availability,
    /// Sections `button`, `panel`, `state`, `error` and `field`.
    pub strings: Strings,
    /// The answer to a form that was posted without script.
    pub answer: Option<Answer>,
}

/// The corner of the host page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Position {
    /// The default.
    #[default]
    Left,
    /// `data-position="right"`.
    Right,
}

/// What a posted form is answered with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// A ticket exists.
    Started {
        /// The form that was posted.
        form: Form,
        /// Number, link and token.
        started: Started,
        /// The address typed, where one was.
        email: Option<String>,
    },
    /// Nothing was made; the form comes back as it was. A chat form refused with `chat_closed` comes back as the Ayuda form.
    Refused {
        /// The form that was posted.
        form: Form,
        /// Every refusal, those of fields beside their fields.
        refusals: Vec<Refusal>,
        /// What was typed.
        typed: Typed,
    },
}

/// The two forms of a panel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    /// `POST /w/{site}/chats`.
    Chat,
    /// `POST /w/{site}/requests`.
    Request,
}

/// A form's values as they were typed; absent ones are empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Typed {
    /// `name`
    pub name: String,
    /// `email`
    pub email: String,
    /// `subject`
    pub subject: String,
    /// `message`
    pub message: String,
}

/// The ticket page `/t/{number}`. Files are at `/t/{number}/files/{id}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TicketPage {
    /// The site's key.
    pub site: SiteKey,
    /// The site's name.
    pub site_name: String,
    /// The language chosen: `es`, `en` or `pt`.
    pub lang: String,
    /// The brand's hue; none: the house's.
    pub hue: Option<Hue>,
    /// One attachment's limit in bytes.
    pub file_bytes: u64,
    /// Number, subject, state, chat and address.
    pub ticket: VisitorTicket,
    /// Every entry in order.
    pub entries: Vec<VisitorEntry>,
    /// A fresh id for the reply, so that sending it twice is one entry. After a refusal: the id that came with it.
    pub form_id: EntryId,
    /// Whether the desk is open for a chat.
    pub status: Availability,
    /// Sections `ticket_page`, `state`, `error` and `field`.
    pub strings: Strings,
    /// What was just done (the server redirects to `/t/{number}?done=…` after a post), or refused.
    pub answer: Option<TicketAnswer>,
}

/// What a post from the ticket page is answered with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TicketAnswer {
    /// The reply is stored (`?done=reply`).
    Replied,
    /// The transcript is on its way (`?done=transcript`).
    TranscriptSent,
    /// The rating is stored (`?done=rating`).
    Rated,
    /// `POST /t/{number}` was refused; what was typed comes back.
    ReplyRefused {
        /// Why.
        refusals: Vec<Refusal>,
        /// The text as typed.
        message: String,
    },
    /// `POST /t/{number}/transcript` was refused; the address comes back.
    TranscriptRefused {
        /// Why.
        refusals: Vec<Refusal>,
        /// The address as typed.
        email: String,
    },
    /// `POST /t/{number}/rating` was refused; the comment comes back.
    RatingRefused {
        /// Why.
        refusals: Vec<Refusal>,
        /// The score chosen, where one was.
        score: Option<Score>,
        /// The comment as typed.
        comment: String,
    },
}

impl TicketAnswer {
    /// The answer that `?done=` names.
    pub fn done(what: &str) -> Option<Self> {
        match what {
            "reply" => Some(Self::Replied),
            "transcript" => Some(Self::TranscriptSent),
            "rating" => Some(Self::Rated),
            _ => None,
        }
    }
}

impl TicketPage {
    /// When the ticket was made.
    pub fn since(&self) -> Option<Timestamp> {
        self.entries.first().map(|entry| entry.at)
    }
}
