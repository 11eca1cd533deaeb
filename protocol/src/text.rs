//! Text that people type, parsed at the edge: a value that exists is valid. Length counts Unicode scalar values.
//!
//! No text holds a character that moves what stands around it: a line is one line, so that nobody writes a line of
//! their own into a notice, and paragraphs have line feeds as their only breaks.

use crate::{Code, Field, Refusal, limits};
use serde::{Deserialize, Serialize};
use std::{borrow::Cow, fmt};

macro_rules! text {
    ($($(#[$doc:meta])* $name:ident: $field:expr, $limit:expr, $shape:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// Folds control characters, trims and checks.
            ///
            /// # Errors
            /// `Required` when nothing in it can be seen, `TooLong`, `CharacterInvalid` for U+0000.
            pub fn parse(raw: &str) -> Result<Self, Refusal> {
                parse(raw, $field, $limit, Shape::$shape).map(Self)
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
    ChatText: Field::Message, limits::CHAT_TEXT, Paragraphs;
    /// A form's or a mail's message, 1 to 20 000 characters.
    FormText: Field::Message, limits::FORM_TEXT, Paragraphs;
    /// A person's name, 1 to 120 characters in one line.
    PersonName: Field::Name, limits::NAME, Line;
    /// A subject, 1 to 200 characters in one line.
    Subject: Field::Subject, limits::SUBJECT, Line;
    /// What goes with a rating, 1 to 1000 characters.
    RatingComment: Field::Comment, limits::RATING_COMMENT, Paragraphs;
    /// What an agent says to the one who is to take over or to join a chat, 1 to 1000 characters.
    HandoverNote: Field::Note, limits::CHAT_TEXT, Paragraphs;
    /// What a ticket's customer needs, as agents put it, 1 to 4000 characters.
    Requirement: Field::Requirement, limits::PROPERTY_TEXT, Paragraphs;
    /// What agents note of a ticket for each other, 1 to 4000 characters.
    Observations: Field::Observations, limits::PROPERTY_TEXT, Paragraphs;
    /// A telephone number as it was told, 1 to 40 characters in one line.
    Phone: Field::Phone, limits::PHONE, Line;
    /// What a field of the owner's holds of a contact, 1 to 200 characters in one line.
    ContactValue: Field::ContactFields, limits::CONTACT_VALUE, Line;
}

/// How a text is laid out.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    Line,
    Paragraphs,
}

fn parse(raw: &str, field: Field, limit: usize, shape: Shape) -> Result<String, Refusal> {
    if has(raw, '\0') {
        return Err(Refusal::of(field, Code::CharacterInvalid));
    }
    let text = folded(raw, shape);
    let text = text.trim();
    if is_blank(text) {
        return Err(Refusal::of(field, Code::Required));
    }
    if text.chars().nth(limit).is_some() {
        return Err(Refusal::of(field, Code::TooLong).limit(limit as u64));
    }
    Ok(text.to_owned())
}

/// The text as it is stored: in paragraphs every break is one line feed (CRLF is one character) and a tab stays; any
/// other control character, and in a line any break, is a space.
fn folded(raw: &str, shape: Shape) -> String {
    let mut text = String::with_capacity(raw.len());
    let mut after_return = false;
    for c in raw.chars() {
        let is_second = after_return && c == '\n';
        after_return = c == '\r';
        if is_second {
            continue;
        }
        text.push(match (c, shape) {
            (
                '\n' | '\r' | '\x0b' | '\x0c' | '\u{85}' | '\u{2028}' | '\u{2029}',
                Shape::Paragraphs,
            ) => '\n',
            ('\t', Shape::Paragraphs) => '\t',
            (c, _) if is_control(c) => ' ',
            _ => c,
        });
    }
    text
}

/// Whether a character is in a text. `contains` would search for a text, which is 2 KB of the panel's wasm.
pub fn has(text: &str, wanted: char) -> bool {
    text.chars().any(|c| c == wanted)
}

/// Whether the character controls the text around it: the control characters of Unicode, and its separators of lines
/// and paragraphs.
pub fn is_control(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}')
}

/// The text on one line: the end of a line, and any other character that controls the text around it, is a space, one
/// for all that stand together and the spaces beside them.
pub fn one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    let mut is_after_break = false;
    for c in text.chars() {
        if is_control(c) {
            line.truncate(line.trim_end_matches(' ').len());
            line.push(' ');
            is_after_break = true;
        } else if c != ' ' || !is_after_break {
            line.push(c);
            is_after_break = false;
        }
    }
    line
}

/// Whether nobody would see anything of a text: nothing but spaces and invisible characters. Such a text is missing
/// text (`behaviours.md`, "Limits and bad input").
pub fn is_blank(text: &str) -> bool {
    text.chars().all(|c| c.is_whitespace() || is_control(c) || is_invisible(c))
}

/// How many characters a composer holds, counted as they are when it is sent: trimmed, and none where nothing can be
/// seen.
pub fn characters(text: &str) -> usize {
    if is_blank(text) { 0 } else { text.trim().chars().count() }
}

/// Whether the character alone shows nothing: those that Unicode has left out of sight (`Default_Ignorable_Code_Point`,
/// Unicode 17), and those that are blank by their glyph. Beside others they have a meaning: they join emoji and
/// letters, and stay.
pub fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{ad}'
            | '\u{34f}'
            | '\u{61c}'
            | '\u{115f}'..='\u{1160}'
            | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{2800}'
            | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}'
            | '\u{ffa0}'
            | '\u{fff0}'..='\u{fffb}'
            | '\u{16fe4}'
            | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d159}'
            | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e0fff}'
    )
}

/// An address as the HTML standard's `input type=email` takes it and mail can be sent to, at most 254 bytes, kept as
/// typed (trimmed). A claim until confirmed.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct EmailAddress(String);

impl EmailAddress {
    /// Checks against the HTML standard's pattern, and the longest name that mail has room for (RFC 5321, 4.5.3.1.1).
    ///
    /// # Errors
    /// `Required`, `TooLong` and `EmailInvalid`, all of the field `Email`.
    pub fn parse(raw: &str) -> Result<Self, Refusal> {
        let text = raw.trim();
        if is_blank(text) {
            return Err(Refusal::of(Field::Email, Code::Required));
        }
        if text.len() > limits::EMAIL_BYTES {
            return Err(Refusal::of(Field::Email, Code::TooLong).limit(limits::EMAIL_BYTES as u64));
        }
        let valid = text.split_once('@').is_some_and(|(local, domain)| {
            !local.is_empty() && local.bytes().all(is_local) && domain.split('.').all(is_label)
        });
        let address = Self(text.to_owned());
        if valid && address.as_sent().rfind('@') <= Some(limits::EMAIL_NAME_BYTES) {
            Ok(address)
        } else {
            Err(Refusal::of(Field::Email, Code::EmailInvalid))
        }
    }

    /// The address as mail systems want it: a name that begins or ends with a dot, or holds two in a row, as some
    /// carriers gave them out, stands in quotes (RFC 5321, 4.1.2). None of the characters of a name has to be escaped
    /// there.
    pub fn as_sent(&self) -> Cow<'_, str> {
        match self.0.split_once('@') {
            Some((local, domain)) if local.split('.').any(str::is_empty) => {
                ["\"", local, "\"@", domain].concat().into()
            }
            _ => Cow::Borrowed(&self.0),
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
