//! What a search in the console answers.

use crate::{TicketId, TicketNumber, Timestamp, agent::ForAgent, entry::TicketState};
use serde::{Deserialize, Serialize};
use std::num::ParseIntError;

/// Characters of a question; what follows is not looked for.
pub const QUESTION: usize = 200;

/// A page of what was found, the newest tickets first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SearchPage {
    /// The tickets. May be none although there is a next page: a search looks at so many rows at a time.
    pub rows: Vec<ForAgent<Found>>,
    /// Where the next page begins; none: there is none.
    pub next: Option<SearchPlace>,
}

/// A place among what was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SearchPlace(pub i64);

impl TryFrom<String> for SearchPlace {
    type Error = ParseIntError;
    fn try_from(text: String) -> Result<Self, ParseIntError> {
        text.parse().map(Self)
    }
}

impl From<SearchPlace> for String {
    fn from(place: SearchPlace) -> Self {
        place.0.to_string()
    }
}

/// A ticket that was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Found {
    /// The ticket.
    pub ticket: TicketId,
    /// `CO-1042`.
    pub number: TicketNumber,
    /// The site's name.
    pub site: String,
    /// The queue's name.
    pub queue: String,
    /// Who asks: name and address, as far as they are known.
    pub contact: Vec<Piece>,
    /// The subject, where one was given.
    pub subject: Vec<Piece>,
    /// What was said, around the words that were found; else the beginning of the last message.
    pub text: Vec<Piece>,
    /// The ticket's state.
    pub state: TicketState,
    /// The last entry's instant.
    pub last_at: Timestamp,
}

/// A part of a text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Piece {
    /// The part.
    pub text: String,
    /// Whether it is what was looked for.
    pub found: bool,
}
