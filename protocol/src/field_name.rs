//! The name of a field that a refusal speaks of.

use crate::Field;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::fmt;

/// The longest name that is said back, in characters; of a longer one the beginning is.
const LONGEST_NAME: usize = 32;

/// A field of ours, or one that somebody else made up. On the wire it is its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldName {
    /// One that has a label in `locales/`.
    Known(Field),
    /// Any other, as it came.
    Other(OtherName),
}

/// A name that came from outside, made safe to say: 1 to [`LONGEST_NAME`] letters, digits and `_-.[]` of ASCII,
/// anything else a `?`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct OtherName {
    bytes: [u8; LONGEST_NAME],
    length: u8,
}

impl FieldName {
    /// The field of this name.
    pub fn new(name: &str) -> Self {
        Field::from_text(name).map_or_else(|_| Self::Other(OtherName::new(name)), Self::Known)
    }

    /// Its name.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Known(field) => field.as_text(),
            Self::Other(name) => name.as_str(),
        }
    }
}

impl OtherName {
    fn new(name: &str) -> Self {
        let mut bytes = [b'?'; LONGEST_NAME];
        let mut length = 0;
        for (byte, c) in bytes.iter_mut().zip(name.chars()) {
            if c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '[' | ']') {
                *byte = c as u8;
            }
            length += 1;
        }
        // A name of nothing is a question, too.
        Self { bytes, length: length.max(1) }
    }

    fn as_str(&self) -> &str {
        std::str::from_utf8(&self.bytes[..usize::from(self.length)]).unwrap_or("?")
    }
}

impl fmt::Debug for OtherName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_str().fmt(f)
    }
}

impl Serialize for FieldName {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for FieldName {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl de::Visitor<'_> for Visitor {
            type Value = FieldName;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a field's name")
            }

            fn visit_str<E: de::Error>(self, name: &str) -> Result<FieldName, E> {
                Ok(FieldName::new(name))
            }
        }
        from.deserialize_str(Visitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_its_name_both_ways() {
        for (name, said) in [
            ("email", "email"),
            ("admin", "admin"),
            ("files[0].x-y", "files[0].x-y"),
            ("", "?"),
            ("<b>á\0\"", "?b????"),
            ("abcdefghijklmnopqrstuvwxyz0123456789", "abcdefghijklmnopqrstuvwxyz012345"),
        ] {
            let field = FieldName::new(name);
            assert_eq!(field.as_str(), said, "{name:?}");
            let json = serde_json::to_string(&field).expect("JSON");
            assert_eq!(json, format!("\"{said}\""));
            assert_eq!(serde_json::from_str::<FieldName>(&json).expect("it is read back"), field);
        }
        assert_eq!(FieldName::new("email"), FieldName::Known(Field::Email));
    }
}
