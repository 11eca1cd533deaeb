//! The ticket page, and what its forms are answered with.

use protocol::{
    EntryId, Refusal, Score, Seq, SiteKey, Timestamp, entry::VisitorEntry, file::Attachment,
    settings::Hue, status::Availability, strings::Strings, visitor::VisitorTicket,
};
use std::collections::BTreeMap;

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
    /// When the document was made, by the server's clock: the reader's may be days off.
    pub now: Timestamp,
    /// Number, subject, state, chat and address.
    pub ticket: VisitorTicket,
    /// The ticket's address, where the reader came from a mail to it.
    pub proved: Option<ProvedEmail>,
    /// The entries that are shown, in order: all, or a page of them.
    pub entries: Vec<VisitorEntry>,
    /// The first entries of the ticket, where [`TicketPage::entries`] begins later.
    pub beginning: Vec<VisitorEntry>,
    /// Whether the shown ones are not the last.
    pub is_earlier: bool,
    /// The key of the link that was pasted into a form, from a browser that keeps no cookie: what is posted carries it,
    /// and what needs more than that is not offered.
    pub link: Option<String>,
    /// A fresh id for the reply, so that sending it twice is one entry. After a refusal: the id that came with it.
    pub form_id: EntryId,
    /// The shown entries' instants and [`TicketPage::since`], written in the zone of `place`, for where no script
    /// writes them.
    pub times: BTreeMap<Timestamp, String>,
    /// That zone, as people say it: `Ciudad de México`.
    pub place: String,
    /// Whether the desk is open for a chat.
    pub status: Availability,
    /// Sections `ticket_page`, `state`, `error` and `field`.
    pub strings: Strings,
    /// What was just done (the server redirects to `/t/{number}?done=…` after a post), or refused.
    pub answer: Option<TicketAnswer>,
}

/// An address whose mail the reader has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProvedEmail {
    /// As it was given.
    pub address: String,
    /// Whether a person has pressed the button that says so.
    pub is_confirmed: bool,
    /// Whether a transcript that was asked for goes out once it is pressed.
    pub awaits_transcript: bool,
}

/// What a post from the ticket page is answered with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TicketAnswer {
    /// The reply is stored (`?done=reply`).
    Replied,
    /// The transcript is on its way (`?done=transcript`).
    TranscriptSent,
    /// The transcript follows once the address is confirmed (`?done=transcript_once_confirmed`).
    TranscriptOnceConfirmed,
    /// The rating is stored (`?done=rating`).
    Rated,
    /// The address is confirmed (`?done=confirmed`).
    Confirmed,
    /// The same, and the transcript that waited for it is on its way (`?done=confirmed_transcript`).
    ConfirmedWithTranscript,
    /// Another address took the ticket's place (`?done=email`).
    EmailChanged,
    /// The ticket is closed (`?done=resolved`).
    Resolved,
    /// It is open again (`?done=reopened`).
    Reopened,
    /// A button that stands alone was refused.
    ButtonRefused {
        /// Why.
        refusals: Vec<Refusal>,
    },
    /// `POST /t/{number}` was refused; what was typed comes back.
    ReplyRefused {
        /// Why.
        refusals: Vec<Refusal>,
        /// The text as typed.
        message: String,
        /// Files that were refused, by name.
        refused_files: Vec<(String, Refusal)>,
        /// Those that were taken: they come along with the next try.
        kept_files: Vec<Attachment>,
    },
    /// `POST /t/{number}/transcript` was refused; the address comes back.
    TranscriptRefused {
        /// Why.
        refusals: Vec<Refusal>,
        /// The address as typed.
        email: String,
    },
    /// `POST /t/{number}/email` was refused; the address comes back.
    EmailRefused {
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
            "transcript_once_confirmed" => Some(Self::TranscriptOnceConfirmed),
            "rating" => Some(Self::Rated),
            "confirmed" => Some(Self::Confirmed),
            "confirmed_transcript" => Some(Self::ConfirmedWithTranscript),
            "email" => Some(Self::EmailChanged),
            "resolved" => Some(Self::Resolved),
            "reopened" => Some(Self::Reopened),
            _ => None,
        }
    }
}

impl TicketPage {
    /// When the ticket was made.
    pub fn since(&self) -> Option<Timestamp> {
        self.known().next().map(|entry| entry.at)
    }

    /// The entries that are known of, in order: the ticket's first, and those that are shown.
    pub fn known(&self) -> impl Iterator<Item = &VisitorEntry> {
        self.beginning.iter().chain(&self.entries)
    }

    /// The entry before which there are more than are shown; none when there are none.
    pub fn earlier(&self) -> Option<Seq> {
        self.entries.first().filter(|_| !self.beginning.is_empty()).map(|first| first.seq)
    }

    /// The words of `ticket_page.{key}`.
    pub fn t(&self, key: &str) -> String {
        self.strings.get(&["ticket_page.", key].concat())
    }

    /// The same with its places filled.
    pub fn fill(&self, key: &str, places: &[(&str, &str)]) -> String {
        self.strings.fill(&["ticket_page.", key].concat(), places)
    }

    /// The first of these refusals in words; none without one.
    pub fn first_error(&self, refusals: &[Refusal]) -> Option<String> {
        refusals.first().map(|refusal| self.strings.refusal(refusal))
    }

    /// Whether its page goes on by itself where scripts run: all of it is there, up to the last entry, and the browser
    /// has its cookie.
    pub fn is_live(&self) -> bool {
        self.link.is_none() && !self.is_earlier
    }

    /// The last entry that is shown.
    pub fn last(&self) -> Seq {
        self.entries.last().map_or(Seq::START, |entry| entry.seq)
    }

    /// `/t/{number}` and what follows.
    pub fn address(&self, rest: &str) -> String {
        ["/t/", &self.ticket.number.0, rest].concat()
    }
}
