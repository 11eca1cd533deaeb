//! The panel, and the answers to its forms.

use crate::markup::Id;
use protocol::{
    Code, EntryId, Field, PageUrl, QueueId, Refusal, SiteKey, TicketNumber, TicketToken, Timestamp,
    form::Started, settings::Hue, status::Availability, strings::Strings,
};
use serde::Serialize;

/// The panel at `/w/{site}`, also after one of its forms was posted without script.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PanelPage {
    /// The site's key: every address of the panel starts with `/w/{site}`.
    pub site: SiteKey,
    /// The site's name.
    pub name: String,
    /// The language chosen: `es`, `en` or `pt`.
    pub lang: String,
    /// The brand's hue: the tag's, else the site's; none: the house's.
    #[serde(skip)]
    pub hue: Option<Hue>,
    /// Light or dark (`?theme=`).
    #[serde(skip)]
    pub theme: Theme,
    /// The queues that the visitor chooses from; empty: nobody asks.
    #[serde(skip)]
    pub queues: Vec<Choice>,
    /// One attachment's limit in bytes.
    pub file_bytes: u64,
    /// Inside the loader's frame (`?embed=1`), not a page of its own.
    pub embed: bool,
    /// The corner of the host page that the frame stands in (`?position=`).
    #[serde(skip)]
    pub position: Position,
    /// The host page (`?page=`), where it is one of the web.
    pub page: Option<PageUrl>,
    /// A fresh id for the form, so that sending it twice is one ticket. After a refusal: the id that came with it.
    pub form_id: EntryId,
    /// When the document was made, by the server's clock: the reader's may be days off.
    pub now: Timestamp,
    /// The button's answer now.
    pub status: Availability,
    /// Sections `panel`, `state`, `error` and `field`.
    pub strings: Strings,
    /// The answer to a form that was posted without script.
    pub answer: Option<Answer>,
}

/// A queue, by the name that visitors see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    pub id: QueueId,
    pub name: String,
}

/// What the tag says of light and dark (`data-theme`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    /// As the reader's system has it.
    #[default]
    Auto,
    Light,
    Dark,
}

/// The corner of the host page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Position {
    /// The default.
    #[default]
    Left,
    /// `data-position="right"`.
    Right,
}

/// What a posted form is answered with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
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
    /// A ticket that there was already goes on here: *Seguir en chat* on its page.
    Opened {
        /// Opens it.
        token: TicketToken,
        /// `CO-1042`.
        number: TicketNumber,
        /// The ticket page, with its token.
        link: String,
    },
    /// Nothing was made; the form comes back as it was. A chat form refused with `chat_closed` comes back as the Ayuda
    /// form.
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    /// `POST /w/{site}/chats`.
    Chat,
    /// `POST /w/{site}/requests`.
    Request,
}

/// A form's values as they were typed; absent ones are empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Typed {
    /// `name`
    pub name: String,
    /// `email`
    pub email: String,
    /// `subject`
    pub subject: String,
    /// `queue`, which the browser's half leaves to the form.
    #[serde(skip)]
    pub queue: String,
    /// `message`
    pub message: String,
}

impl Theme {
    /// The one that a query names.
    pub fn named(name: &str) -> Self {
        match name {
            "light" => Self::Light,
            "dark" => Self::Dark,
            _ => Self::Auto,
        }
    }

    /// Its name; none for what the reader's system decides.
    pub const fn as_text(self) -> Option<&'static str> {
        match self {
            Self::Auto => None,
            Self::Light => Some("light"),
            Self::Dark => Some("dark"),
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
        match refusal.code {
            // Of queues visitors do not hear.
            Code::QueueRemoved | Code::AgentRemoved => self.t("only_end"),
            _ => self.strings.refusal(refusal),
        }
    }

    /// The refusal of a field of the form, in words; empty without one.
    pub fn field_error(&self, refusals: &[Refusal], field: Field) -> String {
        refusals.iter().find(|refusal| refusal.known_field() == Some(field)).map_or_else(
            String::new,
            |refusal| match field {
                // Its name is the staff's.
                Field::Queue => self.t("area_gone"),
                _ => self.word_refusal(refusal),
            },
        )
    }

    /// What stands above the form: a refusal that blames none of its fields, else that some are marked; empty without
    /// any.
    pub fn form_problem(&self, refusals: &[Refusal]) -> String {
        let is_general = |refusal: &&Refusal| {
            refusal.known_field().is_none_or(|field| Id::of_field(field).is_none())
        };
        match refusals.iter().find(is_general) {
            Some(refusal) => self.word_refusal(refusal),
            None if refusals.is_empty() => String::new(),
            None => self.t("check"),
        }
    }

    /// `/w/{site}` and what follows.
    pub fn address(&self, rest: &str) -> String {
        ["/w/", &self.site.0, rest].concat()
    }

    /// Whether the document answers a posted chat form.
    pub fn is_posted_chat(&self) -> bool {
        matches!(self.answer, Some(Answer::Started { form: Form::Chat, .. }))
    }
}

impl Form {
    /// Where it is posted, after `/w/{site}`.
    pub const fn path(self) -> &'static str {
        match self {
            Self::Chat => "/chats",
            Self::Request => "/requests",
        }
    }

    /// The form that the desk takes.
    pub const fn when(open: bool) -> Self {
        if open { Self::Chat } else { Self::Request }
    }
}
