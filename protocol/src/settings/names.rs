//! Names that an owner gives.

use crate::{Code, Field, Refusal, limits};
use serde::{Deserialize, Serialize};
use std::fmt;

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
                name(raw, $field).map(Self)
            }

            /// The name.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = Refusal;
            fn try_from(raw: String) -> Result<Self, Refusal> {
                Self::parse(&raw)
            }
        }

        impl From<$name> for String {
            fn from(name: $name) -> Self {
                name.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    )*};
}

name! {
    /// Why an agent ends a chat or closes a request, one of the owner's list: one line of 1 to 120 characters.
    ClosingReason: Field::Reason;
}

fn name(raw: &str, field: Field) -> Result<String, Refusal> {
    let text = raw.trim();
    if text.is_empty() {
        return Err(Refusal::of(field, Code::Required));
    }
    if text.chars().nth(limits::NAME).is_some() {
        return Err(Refusal::of(field, Code::TooLong).limit(limits::NAME as u64));
    }
    if text.chars().any(char::is_control) {
        return Err(Refusal::of(field, Code::CharacterInvalid));
    }
    Ok(text.to_owned())
}
