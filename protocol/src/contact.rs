//! Who a visitor is, as agents see it.

use crate::{ContactFieldId, TicketId, TicketNumber, Timestamp, entry::TicketState};
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// The person who asks.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    /// The name typed, where one was.
    pub name: Option<String>,
    /// The address typed: a claim while `verified` is false.
    pub email: Option<String>,
    /// Whether a mailed link or the site's signature proved the address.
    pub verified: bool,
}

/// The person with all that agents note of them, and what they asked besides.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub struct ContactCard {
    /// The person.
    pub contact: Contact,
    /// The address that takes the place of the contact's once its owner has confirmed it.
    pub claimed_email: Option<String>,
    /// Whether the owner of the address wants no mail about the ticket.
    pub mail_stopped: bool,
    /// The telephone number.
    pub phone: Option<String>,
    /// The owner's fields: those in use, and those that hold something.
    pub fields: Vec<ContactField>,
    /// Whether it is proved who asks: of no other person are there other tickets.
    pub is_proved: bool,
    /// The person's other tickets that whoever reads this may see, the newest first, at most
    /// [`EARLIER_TICKETS`](crate::limits::EARLIER_TICKETS).
    pub earlier: Vec<EarlierTicket>,
    /// Whether there are more of them.
    pub has_more: bool,
    /// Whether whoever reads this may change it.
    pub may_change: bool,
}

/// A field of the owner's with what it holds of a contact.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContactField {
    /// The field.
    pub id: ContactFieldId,
    /// What it is called.
    pub name: String,
    /// What it holds.
    pub value: Option<String>,
}

/// Another ticket of the same person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EarlierTicket {
    /// The ticket.
    pub ticket: TicketId,
    /// `CO-1042`.
    pub number: TicketNumber,
    /// Its subject, else the beginning of its last message.
    pub about: String,
    /// Its state.
    pub state: TicketState,
    /// When it was made.
    pub created_at: Timestamp,
}

/// What the owner's fields become, as one text: a line each, with the field's id, a space and the value; without one
/// the field is to hold nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FieldValues(pub Vec<(ContactFieldId, Option<String>)>);

impl fmt::Display for FieldValues {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines: Vec<String> = self
            .0
            .iter()
            .map(|(id, value)| format!("{id} {}", value.as_deref().unwrap_or_default()))
            .collect();
        f.write_str(&lines.join("\n"))
    }
}

impl FromStr for FieldValues {
    type Err = <ContactFieldId as FromStr>::Err;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let line = |line: &str| {
            let (id, value) = line.split_once(' ').unwrap_or((line, ""));
            Ok((id.parse()?, Some(value.to_owned()).filter(|value| !value.is_empty())))
        };
        text.split('\n').map(line).collect::<Result<_, _>>().map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn values_are_one_text() {
        let id = |n| ContactFieldId(Uuid::from_u128(n));
        let values = FieldValues(vec![(id(1), Some("Ferretería El Sol".into())), (id(2), None)]);
        assert_eq!(values.to_string().parse::<FieldValues>(), Ok(values));
        assert!("x y".parse::<FieldValues>().is_err());
        assert!("".parse::<FieldValues>().is_err());
    }
}
