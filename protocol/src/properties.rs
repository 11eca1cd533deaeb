//! The properties of a ticket: what agents set, and what they choose from.

use crate::{AgentId, PriorityId, QueueId, StateId, TagId, TypeId};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::{fmt, str::FromStr};
use uuid::Uuid;

crate::text_enum! {
    /// A property whose change is told in one entry with the others. The state has an entry of its own.
    pub enum Property {
        /// How soon it wants somebody.
        Priority = "priority",
        /// What it is about, from the owner's list.
        Type = "ticket_type",
        /// Who attends it.
        Agent = "agent",
        /// Where it lies.
        Queue = "queue",
        /// Its subject.
        Subject = "subject",
        /// What the customer needs.
        Requirement = "requirement",
        /// What agents note for each other.
        Observations = "observations",
        /// Its tags.
        Tags = "tags",
        /// What the contact is called.
        Name = "name",
        /// The contact's address.
        Email = "email",
        /// The address that is to take the place of the contact's, once its owner has confirmed it.
        ClaimedEmail = "claimed_email",
        /// The contact's telephone number.
        Phone = "phone",
        /// A field of the owner's, of the contact.
        ContactField = "contact_field",
    }
}

impl Property {
    /// Whether its value is text that somebody typed; else it is a name of the owner's or an agent's.
    pub fn is_typed(self) -> bool {
        !matches!(self, Self::Priority | Self::Type | Self::Agent | Self::Queue | Self::Tags)
    }

    /// Whether its text has paragraphs.
    pub fn is_long(self) -> bool {
        matches!(self, Self::Requirement | Self::Observations)
    }
}

/// What became of one property.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// Which.
    pub what: Property,
    /// Of a field of the owner's: what it is called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What it was; none: nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// What it is; none: nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
}

impl Change {
    /// One of a property that has no name but its own.
    pub fn of(what: Property, from: Option<String>, to: Option<String>) -> Self {
        Self { what, name: None, from, to }
    }
}

/// Something to choose from a list of the owner's, the site's queues or its agents.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    /// Its id in its own list.
    pub id: Uuid,
    /// What it is called.
    pub name: String,
    /// Of a type: the queue where its tickets belong.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub queue: Option<QueueId>,
}

impl Choice {
    /// One without a queue.
    pub fn new(id: Uuid, name: impl Into<String>) -> Self {
        Self { id, name: name.into(), queue: None }
    }
}

/// A ticket's properties with all that each may be. What is not in use any more is among the choices only where the
/// ticket has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Properties {
    /// Its state.
    pub state: StateId,
    /// Its priority.
    pub priority: PriorityId,
    /// Its type.
    pub ticket_type: Option<TypeId>,
    /// Who attends it.
    pub agent: Option<AgentId>,
    /// Where it lies.
    pub queue: Option<QueueId>,
    /// Its subject.
    pub subject: Option<String>,
    /// What the customer needs.
    pub requirement: Option<String>,
    /// What agents note for each other.
    pub observations: Option<String>,
    /// Its tags, in the order of the owner's list.
    pub tags: Vec<TagId>,
    /// The states it may be put into: while a chat is under way, open ones.
    pub states: Vec<Choice>,
    /// The priorities.
    pub priorities: Vec<Choice>,
    /// The types.
    pub types: Vec<Choice>,
    /// Who may attend it; while an agent has its chat, that agent.
    pub agents: Vec<Choice>,
    /// The queues.
    pub queues: Vec<Choice>,
    /// The tags.
    pub all_tags: Vec<Choice>,
    /// Whether whoever reads this may change them.
    pub may_change: bool,
}

/// What a property becomes. As the argument of a function: absent, empty, or the text of its value.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Given<T> {
    /// It stays as it is.
    #[default]
    Same,
    /// It is taken away.
    Nothing,
    /// It is this from now on.
    Value(T),
}

impl<T> Given<T> {
    /// What it is from now on, where it was this.
    pub fn over(self, now: Option<T>) -> Option<T> {
        match self {
            Self::Same => now,
            Self::Nothing => None,
            Self::Value(value) => Some(value),
        }
    }

    /// The same of something else.
    ///
    /// # Errors
    /// Those of `into`.
    pub fn try_map<U, E>(self, into: impl FnOnce(T) -> Result<U, E>) -> Result<Given<U>, E> {
        Ok(match self {
            Self::Same => Given::Same,
            Self::Nothing => Given::Nothing,
            Self::Value(value) => Given::Value(into(value)?),
        })
    }
}

impl<T: fmt::Display> Serialize for Given<T> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Same => to.serialize_none(),
            Self::Nothing => to.serialize_str(""),
            Self::Value(value) => to.collect_str(value),
        }
    }
}

// An absent one is `Same` by `#[serde(default)]`: an empty text would be none to an `Option`.
impl<'de, T: FromStr> Deserialize<'de> for Given<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        if text.is_empty() {
            return Ok(Self::Nothing);
        }
        text.parse().map(Self::Value).map_err(|_| de::Error::custom("not of its form"))
    }
}

/// Ids as one text, with a space between two: how a form sends several of one field.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ids<T>(pub Vec<T>);

impl<T: fmt::Display> fmt::Display for Ids<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let texts: Vec<String> = self.0.iter().map(T::to_string).collect();
        f.write_str(&texts.join(" "))
    }
}

impl<T: FromStr> FromStr for Ids<T> {
    type Err = T::Err;
    fn from_str(text: &str) -> Result<Self, T::Err> {
        text.split(' ').map(str::parse).collect::<Result<_, _>>().map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_given_is_text_both_ways() {
        let id = QueueId(Uuid::from_u128(7));
        for (given, text) in [(Given::Value(id), id.to_string()), (Given::Nothing, String::new())] {
            assert_eq!(serde_json::to_value(&given).expect("text"), text);
            assert_eq!(serde_json::from_value::<Given<QueueId>>(text.into()).expect("it"), given);
        }
        assert!(serde_json::to_value(Given::<QueueId>::Same).expect("nothing").is_null());
        assert!(serde_json::from_value::<Given<QueueId>>("x".into()).is_err());
        assert_eq!(Given::Same.over(Some(1)), Some(1));
        assert_eq!(Given::Nothing.over(Some(1)), None);
        assert_eq!(Given::Value(2).over(Some(1)), Some(2));
    }

    #[test]
    fn ids_are_one_text() {
        let ids = Ids([1, 2].map(|n| TagId(Uuid::from_u128(n))).to_vec());
        assert_eq!(ids.to_string().parse::<Ids<TagId>>(), Ok(ids));
        assert!("1 2".parse::<Ids<TagId>>().is_err());
        assert!("".parse::<Ids<TagId>>().is_err());
    }
}
