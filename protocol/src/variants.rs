//! The names of an enum's variants and of a struct's fields, taken from the type: whoever claims something of every
//! frame, or names a field that a form may not have, asks for them here.

use serde::{Deserialize, Deserializer, de, forward_to_deserialize_any};
use std::fmt;

/// The names of all variants as they cross the wire, in the order of their declaration.
///
/// # Panics
/// `T` is no enum whose reading serde derives.
pub fn variants<'de, T: Deserialize<'de>>() -> &'static [&'static str] {
    match T::deserialize(Question) {
        Err(Answer(Some(names))) => names,
        _ => panic!("an enum asks for its variants by name"),
    }
}

/// The names of all fields as they cross the wire, in the order of their declaration.
///
/// # Panics
/// `T` is no struct with named fields whose reading serde derives.
pub fn fields<'de, T: Deserialize<'de>>() -> &'static [&'static str] {
    match T::deserialize(Question) {
        Err(Answer(Some(names))) => names,
        _ => panic!("a struct asks for its fields by name"),
    }
}

/// A deserializer that holds nothing: what it is asked for is the answer.
struct Question;

#[derive(Debug)]
struct Answer(Option<&'static [&'static str]>);

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("there is nothing to read")
    }
}

impl std::error::Error for Answer {}

impl de::Error for Answer {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self(None)
    }
}

impl<'de> Deserializer<'de> for Question {
    type Error = Answer;

    fn deserialize_any<V: de::Visitor<'de>>(self, _: V) -> Result<V::Value, Answer> {
        Err(Answer(None))
    }

    fn deserialize_enum<V: de::Visitor<'de>>(
        self,
        _: &'static str,
        names: &'static [&'static str],
        _: V,
    ) -> Result<V::Value, Answer> {
        Err(Answer(Some(names)))
    }

    fn deserialize_struct<V: de::Visitor<'de>>(
        self,
        _: &'static str,
        names: &'static [&'static str],
        _: V,
    ) -> Result<V::Value, Answer> {
        Err(Answer(Some(names)))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit
        unit_struct newtype_struct seq tuple tuple_struct map identifier ignored_any
    }
}

#[cfg(test)]
mod tests {
    use super::{fields, variants};
    use serde::Deserialize;

    #[derive(Deserialize)]
    #[serde(rename_all = "snake_case")]
    #[expect(dead_code, reason = "only its names are asked for")]
    enum Frame {
        Hello,
        GoingAway { retry_ms: u64 },
        Raw(String),
    }

    #[derive(Deserialize)]
    #[expect(dead_code, reason = "only its names are asked for")]
    struct Form {
        ticket: String,
        #[serde(rename = "why")]
        reason: Option<String>,
    }

    #[test]
    fn the_names_are_those_of_the_wire() {
        assert_eq!(variants::<Frame>(), ["hello", "going_away", "raw"]);
        assert_eq!(fields::<Form>(), ["ticket", "why"]);
    }
}
