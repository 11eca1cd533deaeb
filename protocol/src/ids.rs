//! Every id a type of its own, so that none is taken for another.

use crate::settings::Prefix;
use serde::{Deserialize, Deserializer, Serialize, de::Error as _};
use std::{fmt, str::FromStr};
use uuid::Uuid;

macro_rules! id {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                text.parse().map_err(|_| D::Error::custom("no id"))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                // `parse` would also say why a text is no id, which nobody asks for.
                Uuid::try_parse(text).map(Self)
            }
        }
    )*};
}

id! {
    /// A site: one owner's website with its schedule, queues and tickets.
    SiteId,
    /// A queue of work inside a site.
    QueueId,
    /// A person who answers: agent, supervisor or owner.
    AgentId,
    /// A person who asks, as far as one site knows them.
    ContactId,
    /// The case.
    TicketId,
    /// A live session on a ticket.
    ChatId,
    /// A chat offered to an agent.
    OfferId,
    /// A transfer or conference that is asked for.
    HandoverId,
    /// Anything that happened on a ticket. For a message the **sender's** end makes it (`UUIDv7`),
    /// which is what makes a retry harmless.
    EntryId,
    /// A state of a site's list.
    StateId,
    /// A priority of a site's list.
    PriorityId,
    /// A type of a site's list.
    TypeId,
    /// A tag of a site's list.
    TagId,
    /// A field of a contact, of a site's list.
    ContactFieldId,
    /// A canned reply of an agent's own.
    ReplyId,
    /// An uploaded file.
    FileId,
    /// A mail in the outbox.
    MailId,
    /// Something that must happen, kept as a row.
    JobId,
}

/// Position of an entry in its ticket: gap-free, from 1. 0 means "before the first".
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Seq(pub i64);

impl Seq {
    /// Before the first entry.
    pub const START: Self = Self(0);

    /// The position right after this one.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

/// What people call a ticket: `CO-1042`. Unique in its site, never reused, opens nothing by itself.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TicketNumber(pub String);

impl TicketNumber {
    /// A number as somebody wrote it: a [`crate::settings::Prefix`], a hyphen, digits. Any other text is the number of
    /// no ticket, and no database is asked for it.
    pub fn parse(raw: &str) -> Option<Self> {
        let (prefix, count) = raw.split_once('-')?;
        let is_count = (1..=19).contains(&count.len()) && count.bytes().all(|b| b.is_ascii_digit());
        (is_count && Prefix::parse(prefix).is_ok()).then(|| Self(raw.to_owned()))
    }
}

impl fmt::Display for TicketNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What a visitor proves a ticket with: the ticket's id and 256 bits that only the server can make,
/// as URL-safe text `ID.MAC`. Never logged, never in a URL that stays.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TicketToken(pub String);

impl fmt::Debug for TicketToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TicketToken(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::TicketNumber;

    #[test]
    fn a_number_is_a_prefix_and_digits_and_nothing_else() {
        for number in ["CO-1042", "T-1", "A1B2C3D4-9223372036854775807"] {
            assert_eq!(TicketNumber::parse(number), Some(TicketNumber(number.into())));
        }
        for other in [
            "",
            "CO",
            "CO-",
            "-1",
            "co-1",
            "CO-1\0",
            "CO\0-1",
            "CO-1 ",
            "CO-1x",
            "CO--1",
            "ABCDEFGHI-1",
            "CO-99999999999999999999",
            "CO-١",
        ] {
            assert_eq!(TicketNumber::parse(other), None, "{other:?}");
        }
    }
}
