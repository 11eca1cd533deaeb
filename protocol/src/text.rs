//! Text that people type, parsed at the edge: a value that exists is valid. Length counts Unicode scalar values.

use crate::{Code, Field, Refusal, limits};
use serde::{Deserialize, Serialize};
use std::fmt;

macro_rules! text {
    ($($(#[$doc:meta])* $name:ident: $field:expr, $limit:expr;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// Trims and checks: refuses the empty, the over-long and U+0000.
            pub fn parse(raw: &str) -> Result<Self, Refusal> {
                line(raw, $field, $limit).map(Self)
            }

            /// The text.
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
            fn from(text: $name) -> Self {
                text.0
            }
        }

        impl fmt::Debug for $name {
            // What people write stays out of logs.
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}(…)", stringify!($name))
            }
        }
    )*};
}

text! {
    /// A chat message, 1 to 1000 characters.
    ChatText: Field::Message, limits::CHAT_TEXT;
    /// A form's or a mail's message, 1 to 20 000 characters.
    FormText: Field::Message, limits::FORM_TEXT;
    /// A person's name, 1 to 120 characters.
    PersonName: Field::Name, limits::NAME;
    /// A subject, 1 to 200 characters.
    Subject: Field::Subject, limits::SUBJECT;
    /// What goes with a rating, 1 to 1000 characters.
    RatingComment: Field::Comment, limits::RATING_COMMENT;
}

fn line(raw: &str, field: Field, limit: usize) -> Result<String, Refusal> {
    let text = raw.trim();
    if text.is_empty() {
        return Err(Refusal::of(field, Code::Required));
    }
    if text.contains('\0') {
        return Err(Refusal::of(field, Code::CharacterInvalid));
    }
    if text.chars().nth(limit).is_some() {
        return Err(Refusal::of(field, Code::TooLong).limit(limit as u64));
    }
    Ok(text.to_owned())
}

/// An address as the HTML standard's `input type=email` takes it, at most 254 bytes, kept as typed
/// (trimmed). A claim until confirmed.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct EmailAddress(String);

impl EmailAddress {
    /// Checks against the HTML standard's pattern.
    pub fn parse(raw: &str) -> Result<Self, Refusal> {
        let text = raw.trim();
        if text.is_empty() {
            return Err(Refusal::of(Field::Email, Code::Required));
        }
        if text.len() > limits::EMAIL_BYTES {
            return Err(Refusal::of(Field::Email, Code::TooLong).limit(limits::EMAIL_BYTES as u64));
        }
        let valid = text.split_once('@').is_some_and(|(local, domain)| {
            !local.is_empty() && local.bytes().all(is_local) && domain.split('.').all(is_label)
        });
        if valid {
            Ok(Self(text.to_owned()))
        } else {
            Err(Refusal::of(Field::Email, Code::EmailInvalid))
        }
    }

    /// The address as typed.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn is_local(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b".!#$%&'*+/=?^_`{|}~-".contains(&byte)
}

fn is_label(label: &str) -> bool {
    (1..=63).contains(&label.len())
        && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
        && !label.starts_with('-')
        && !label.ends_with('-')
}

impl TryFrom<String> for EmailAddress {
    type Error = Refusal;
    fn try_from(raw: String) -> Result<Self, Refusal> {
        Self::parse(&raw)
    }
}

impl From<EmailAddress> for String {
    fn from(address: EmailAddress) -> Self {
        address.0
    }
}

impl fmt::Debug for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EmailAddress(…)")
    }
}
