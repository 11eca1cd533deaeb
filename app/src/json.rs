//! Reads JSON in the browser: into a tree first, and from the tree what it means. Reading a type directly makes code for
//! every way in which its text could be written, several times as much.

use serde::{
    Deserializer,
    de::{
        self, DeserializeOwned, DeserializeSeed, EnumAccess, MapAccess, SeqAccess, VariantAccess,
        Visitor,
    },
};
use serde_json::Value;
use std::fmt;

/// What a text says; none: it is no JSON, or says something else.
pub fn read<T: DeserializeOwned>(text: &str) -> Option<T> {
    let tree = serde_json::from_str(text).ok()?;
    T::deserialize(Tree(tree)).ok()
}

/// It says something else. What exactly nobody asks.
#[derive(Debug)]
struct Wrong;

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not what was expected")
    }
}

impl std::error::Error for Wrong {}

impl de::Error for Wrong {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self
    }
}

struct Tree(Value);

impl Tree {
    fn object<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        match self.0 {
            Value::Object(fields) => {
                visitor.visit_map(Fields { rest: fields.into_iter(), value: Value::Null })
            }
            _ => Err(Wrong),
        }
    }

    fn array<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        match self.0 {
            Value::Array(items) => visitor.visit_seq(Items(items.into_iter())),
            _ => Err(Wrong),
        }
    }

    fn text<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        match self.0 {
            Value::String(text) => visitor.visit_string(text),
            _ => Err(Wrong),
        }
    }

    fn number<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        let Value::Number(number) = self.0 else { return Err(Wrong) };
        if let Some(number) = number.as_u64() {
            visitor.visit_u64(number)
        } else if let Some(number) = number.as_i64() {
            visitor.visit_i64(number)
        } else {
            visitor.visit_f64(number.as_f64().ok_or(Wrong)?)
        }
    }
}

/// Kinds of values that are read alike.
macro_rules! alike {
    ($($read:ident: $($name:ident)+;)+) => {$($(
        fn $name<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
            self.$read(visitor)
        }
    )+)+};
}

impl<'de> Deserializer<'de> for Tree {
    type Error = Wrong;

    alike! {
        number: deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64;
        number: deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64;
        number: deserialize_f32 deserialize_f64;
        text: deserialize_char deserialize_str deserialize_string deserialize_identifier;
        text: deserialize_bytes deserialize_byte_buf;
        array: deserialize_seq;
        object: deserialize_map;
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        match self.0 {
            Value::Null => visitor.visit_unit(),
            Value::Bool(is) => visitor.visit_bool(is),
            Value::Number(_) => self.number(visitor),
            Value::String(text) => visitor.visit_string(text),
            Value::Array(_) => self.array(visitor),
            Value::Object(_) => self.object(visitor),
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        visitor.visit_bool(self.0.as_bool().ok_or(Wrong)?)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        if self.0.is_null() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        if self.0.is_null() { visitor.visit_unit() } else { Err(Wrong) }
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Wrong> {
        self.deserialize_unit(visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Wrong> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Wrong> {
        self.array(visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: usize,
        visitor: V,
    ) -> Result<V::Value, Wrong> {
        self.array(visitor)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Wrong> {
        self.object(visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Wrong> {
        let variant = match self.0 {
            Value::String(name) => Variant { name, content: Value::Null },
            Value::Object(only) if only.len() == 1 => {
                let (name, content) = only.into_iter().next().ok_or(Wrong)?;
                Variant { name, content }
            }
            _ => return Err(Wrong),
        };
        visitor.visit_enum(variant)
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        visitor.visit_unit()
    }
}

struct Items(std::vec::IntoIter<Value>);

impl<'de> SeqAccess<'de> for Items {
    type Error = Wrong;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Wrong> {
        self.0.next().map(|item| seed.deserialize(Tree(item))).transpose()
    }
}

struct Fields {
    rest: serde_json::map::IntoIter,
    /// Of the field whose name was read last.
    value: Value,
}

impl<'de> MapAccess<'de> for Fields {
    type Error = Wrong;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Wrong> {
        let Some((name, value)) = self.rest.next() else { return Ok(None) };
        self.value = value;
        seed.deserialize(Tree(Value::String(name))).map(Some)
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value, Wrong> {
        seed.deserialize(Tree(self.value.take()))
    }
}

struct Variant {
    name: String,
    content: Value,
}

impl<'de> EnumAccess<'de> for Variant {
    type Error = Wrong;
    type Variant = Tree;

    fn variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<(T::Value, Tree), Wrong> {
        Ok((seed.deserialize(Tree(Value::String(self.name)))?, Tree(self.content)))
    }
}

impl<'de> VariantAccess<'de> for Tree {
    type Error = Wrong;

    fn unit_variant(self) -> Result<(), Wrong> {
        if self.0.is_null() { Ok(()) } else { Err(Wrong) }
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Wrong> {
        seed.deserialize(self)
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Wrong> {
        self.array(visitor)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Wrong> {
        self.object(visitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::{Deserialize, Serialize};
    use std::collections::BTreeMap;

    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    struct Whole {
        id: uuid::Uuid,
        small: u8,
        signed: i64,
        part: f64,
        is: bool,
        nothing: Option<String>,
        something: Option<u32>,
        pair: (u32, String),
        newtype: Newtype,
        all: Vec<Kind>,
        by_name: BTreeMap<String, u64>,
        #[serde(default)]
        left_out: Vec<u8>,
        tagged: Tagged,
    }

    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    struct Newtype(String);

    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    #[serde(rename_all = "snake_case")]
    enum Kind {
        Unit,
        One(u64),
        Two(u64, bool),
        Named { a: Option<bool>, b: Vec<String> },
    }

    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    #[serde(tag = "t", rename_all = "snake_case")]
    enum Tagged {
        Here { at: i64 },
    }

    fn whole() -> Whole {
        Whole {
            id: uuid::Uuid::nil(),
            small: 7,
            signed: -1_700_000_000_000,
            part: 0.5,
            is: true,
            nothing: None,
            something: Some(3),
            pair: (1, "dos".into()),
            newtype: Newtype("«á»".into()),
            all: vec![
                Kind::Unit,
                Kind::One(u64::MAX),
                Kind::Two(1, false),
                Kind::Named { a: None, b: vec!["x".into()] },
            ],
            by_name: [("uno".into(), 1)].into(),
            left_out: Vec::new(),
            tagged: Tagged::Here { at: 9 },
        }
    }

    #[test]
    fn what_was_written_is_read() {
        let text = serde_json::to_string(&whole()).expect("it is JSON");
        assert_eq!(read::<Whole>(&text), Some(whole()));
        assert_eq!(read::<()>("null"), Some(()));
    }

    #[test]
    fn fields_may_be_new_and_may_be_left_out() {
        let mut value = serde_json::to_value(whole()).expect("it is JSON");
        value["new"] = serde_json::json!({ "deep": [1, { "er": null }] });
        value.as_object_mut().expect("an object").remove("left_out");
        assert_eq!(read::<Whole>(&value.to_string()), Some(whole()));
    }

    #[test]
    fn what_says_something_else_is_not_read() {
        for text in ["", "{", "[]", "{}", "null", "\"here\"", "7"] {
            assert_eq!(read::<Whole>(text), None, "{text}");
        }
        for text in
            ["\"other\"", "{}", "{\"unit\":1}", "{\"one\":\"1\"}", "{\"one\":1,\"unit\":null}"]
        {
            assert_eq!(read::<Kind>(text), None, "{text}");
        }
        assert_eq!(read::<u8>("256"), None);
        assert_eq!(read::<i64>("1.5"), None);
    }
}
