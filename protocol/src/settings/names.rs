//! Names that an owner gives. Each is one line of 1 to [`limits::NAME`] characters.

use super::{ListItem, SiteKey, text_of};
use crate::{
    Code, Field, Refusal, limits,
    text::{is_blank, is_control},
};
use serde::{Deserialize, Serialize};

macro_rules! name {
    ($($(#[$doc:meta])* $name:ident: $field:expr;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// Trims and checks.
            ///
            /// # Errors
            /// `Required`, `TooLong`, and `CharacterInvalid` for a line break or another control character.
            pub fn parse(raw: &str) -> Result<Self, Refusal> {
                line(raw, $field).map(Self)
            }
        }

        impl ListItem for $name {
            const FIELD: Field = $field;

            fn parse(raw: &str) -> Result<Self, Refusal> {
                Self::parse(raw)
            }
        }

        text_of!($name);
    )*};
}

name! {
    /// What a site is called: in the panel's head, in mails, in the console.
    SiteName: Field::Name;
    /// What a queue is called.
    QueueName: Field::Queue;
    /// What a ticket's state is called.
    StateName: Field::State;
    /// What a priority is called.
    PriorityName: Field::Priority;
    /// What a type of tickets is called.
    TypeName: Field::Type;
    /// What a tag is called.
    TagName: Field::Tags;
    /// What a field of contacts is called.
    ContactFieldName: Field::ContactFields;
    /// Why an agent ends a chat or closes a request, chosen from the owner's list.
    ClosingReason: Field::Reason;
    /// What a canned reply is called.
    ReplyName: Field::Name;
    /// Why an agent is *Ausente*, chosen from the owner's list.
    AwayReason: Field::Reason;
}

impl From<&SiteKey> for SiteName {
    /// What a site is called until its owner says otherwise.
    fn from(key: &SiteKey) -> Self {
        Self(key.to_string())
    }
}

fn line(raw: &str, field: Field) -> Result<String, Refusal> {
    let text = raw.trim();
    if is_blank(text) {
        return Err(Refusal::of(field, Code::Required));
    }
    if text.chars().nth(limits::NAME).is_some() {
        return Err(Refusal::of(field, Code::TooLong).limit(limits::NAME as u64));
    }
    if text.chars().any(is_control) {
        return Err(Refusal::of(field, Code::CharacterInvalid));
    }
    Ok(text.to_owned())
}
