//! The name of a person of whom a refusal speaks.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::fmt;

/// The longest name that is said, in bytes; of a longer one the beginning is.
const LONGEST_NAME: usize = 48;

/// A person's name, or the beginning of it: a refusal is copied, so that it holds it in place.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Who {
    bytes: [u8; LONGEST_NAME],
    length: u8,
}

impl Who {
    /// The name, or as much of it as there is room for.
    pub fn new(name: &str) -> Self {
        let mut who = Self { bytes: [0; LONGEST_NAME], length: 0 };
        for c in name.chars() {
            let end = usize::from(who.length) + c.len_utf8();
            let Some(place) = who.bytes.get_mut(usize::from(who.length)..end) else { break };
            c.encode_utf8(place);
            who.length = u8::try_from(end).unwrap_or(who.length);
        }
        who
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.bytes[..usize::from(self.length)]).unwrap_or_default()
    }
}

impl fmt::Debug for Who {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Who(…)")
    }
}

impl Serialize for Who {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Who {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl de::Visitor<'_> for Visitor {
            type Value = Who;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a person's name")
            }

            fn visit_str<E: de::Error>(self, name: &str) -> Result<Who, E> {
                Ok(Who::new(name))
            }
        }
        from.deserialize_str(Visitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_name_is_cut_between_two_characters() {
        for (name, said) in [
            ("Lucía Medina", "Lucía Medina".to_owned()),
            ("", String::new()),
            (&*"ñ".repeat(40), "ñ".repeat(24)),
            (&*format!("a{}", "ñ".repeat(40)), format!("a{}", "ñ".repeat(23))),
        ] {
            let who = Who::new(name);
            assert_eq!(who.as_str(), said);
            let json = serde_json::to_string(&who).expect("JSON");
            assert_eq!(serde_json::from_str::<Who>(&json).expect("it is read back"), who);
        }
    }
}
