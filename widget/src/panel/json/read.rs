//! From text to types.

use super::Unreadable;
use serde::{
    Deserializer,
    de::{
        DeserializeOwned, DeserializeSeed, EnumAccess, IntoDeserializer, MapAccess, SeqAccess,
        VariantAccess, Visitor, value::StringDeserializer,
    },
    forward_to_deserialize_any,
};

/// Values inside values, at most: more than any frame has.
const DEPTH: u8 = 64;

type Result<T> = std::result::Result<T, Unreadable>;

/// Reads one value.
pub fn read<T: DeserializeOwned>(text: &str) -> Option<T> {
    let mut reader = Reader { rest: text, depth: DEPTH };
    let value = T::deserialize(&mut reader).ok()?;
    (reader.peek().is_none()).then_some(value)
}

struct Reader<'a> {
    rest: &'a str,
    depth: u8,
}

impl Reader<'_> {
    /// The next byte that is no space.
    fn peek(&mut self) -> Option<u8> {
        self.rest = self.rest.trim_start_matches([' ', '\n', '\r', '\t']);
        self.rest.bytes().next()
    }

    /// Takes this (ASCII) if it comes next.
    fn takes(&mut self, wanted: &str) -> bool {
        self.peek();
        match self.rest.strip_prefix(wanted) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn expect(&mut self, wanted: &str) -> Result<()> {
        if self.takes(wanted) { Ok(()) } else { Err(Unreadable) }
    }

    fn string(&mut self) -> Result<String> {
        self.expect("\"")?;
        let mut out = String::new();
        loop {
            let end = self.rest.find(['"', '\\']).ok_or(Unreadable)?;
            out.push_str(self.take(end)?);
            if self.next()? == '"' {
                return Ok(out);
            }
            out.push(self.escaped()?);
        }
    }

    /// The next bytes, as many as these, without the words for a cut inside a character, which indexing would bring
    /// along.
    fn take(&mut self, bytes: usize) -> Result<&str> {
        let (taken, rest) = self.rest.split_at_checked(bytes).ok_or(Unreadable)?;
        self.rest = rest;
        Ok(taken)
    }

    fn next(&mut self) -> Result<char> {
        let mut rest = self.rest.chars();
        let next = rest.next().ok_or(Unreadable)?;
        self.rest = rest.as_str();
        Ok(next)
    }

    fn escaped(&mut self) -> Result<char> {
        Ok(match self.next()? {
            'n' => '\n',
            't' => '\t',
            'r' => '\r',
            'b' => '\u{8}',
            'f' => '\u{c}',
            code @ ('"' | '\\' | '/') => code,
            'u' => {
                let first = self.hex()?;
                let point = if (0xd800..0xdc00).contains(&first) {
                    self.rest = self.rest.strip_prefix("\\u").ok_or(Unreadable)?;
                    let second = self.hex()?.checked_sub(0xdc00).filter(|low| *low < 0x400);
                    0x10000 + ((first - 0xd800) << 10) + second.ok_or(Unreadable)?
                } else {
                    first
                };
                char::from_u32(point).ok_or(Unreadable)?
            }
            _ => return Err(Unreadable),
        })
    }

    fn hex(&mut self) -> Result<u32> {
        u32::from_str_radix(self.take(4)?, 16).map_err(|_| Unreadable)
    }

    /// The text of a number; whether it is one is left to whoever wants it.
    fn number(&mut self) -> Result<&str> {
        self.peek();
        // Bytes: whether a text contains a `char` is a search for a text, which would be 1 KB of the wasm.
        let is_other = |byte: u8| !byte.is_ascii_digit() && !b"+-.eE".contains(&byte);
        let end = self.rest.bytes().position(is_other).unwrap_or(self.rest.len());
        let number = self.take(end)?;
        if number.is_empty() { Err(Unreadable) } else { Ok(number) }
    }

    fn deeper(&mut self) -> Result<()> {
        self.depth = self.depth.checked_sub(1).ok_or(Unreadable)?;
        Ok(())
    }

    /// After an item: whether another follows before `close`.
    fn more(&mut self, first: &mut bool, close: &str) -> Result<bool> {
        if self.takes(close) {
            return Ok(false);
        }
        if !std::mem::take(first) {
            self.expect(",")?;
        }
        Ok(true)
    }

    /// Passes over any value.
    fn skip(&mut self) -> Result<()> {
        match self.peek().ok_or(Unreadable)? {
            b'"' => self.string().map(drop),
            b'{' | b'[' => {
                self.deeper()?;
                let map = self.takes("{");
                let close = if map { "}" } else { "]" };
                if !map {
                    self.expect("[")?;
                }
                let mut first = true;
                while self.more(&mut first, close)? {
                    if map {
                        self.string()?;
                        self.expect(":")?;
                    }
                    self.skip()?;
                }
                self.depth += 1;
                Ok(())
            }
            b't' => self.expect("true"),
            b'f' => self.expect("false"),
            b'n' => self.expect("null"),
            _ => self.number().map(drop),
        }
    }
}

impl<'de> Deserializer<'de> for &mut Reader<'_> {
    type Error = Unreadable;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value> {
        Err(Unreadable)
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        if self.takes("true") {
            return visitor.visit_bool(true);
        }
        self.expect("false")?;
        visitor.visit_bool(false)
    }

    fn deserialize_i64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        visitor.visit_i64(self.number()?.parse().map_err(|_| Unreadable)?)
    }

    fn deserialize_u64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        visitor.visit_u64(self.number()?.parse().map_err(|_| Unreadable)?)
    }

    fn deserialize_u8<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.deserialize_u64(visitor)
    }

    fn deserialize_u16<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.deserialize_u64(visitor)
    }

    fn deserialize_u32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.deserialize_u64(visitor)
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        visitor.visit_string(self.string()?)
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        visitor.visit_string(self.string()?)
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        visitor.visit_string(self.string()?)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        if self.takes("null") { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.expect("[")?;
        self.deeper()?;
        let value = visitor.visit_seq(Items { reader: self, first: true })?;
        self.depth += 1;
        Ok(value)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.expect("{")?;
        self.deeper()?;
        let value = visitor.visit_map(Items { reader: self, first: true })?;
        self.depth += 1;
        Ok(value)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value> {
        self.deserialize_map(visitor)
    }

    /// A bare name, or an object of one key.
    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value> {
        if self.peek() == Some(b'"') {
            let name = self.string()?;
            return visitor.visit_enum(Name(name.into_deserializer()));
        }
        self.expect("{")?;
        let value = visitor.visit_enum(Variant(self))?;
        self.expect("}")?;
        Ok(value)
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.skip()?;
        visitor.visit_unit()
    }

    forward_to_deserialize_any! {
        i8 i16 i32 i128 u128 f32 f64 char bytes byte_buf unit unit_struct tuple tuple_struct
    }
}

struct Items<'r, 'a> {
    reader: &'r mut Reader<'a>,
    first: bool,
}

impl<'de> SeqAccess<'de> for Items<'_, '_> {
    type Error = Unreadable;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>> {
        if self.reader.more(&mut self.first, "]")? {
            seed.deserialize(&mut *self.reader).map(Some)
        } else {
            Ok(None)
        }
    }
}

impl<'de> MapAccess<'de> for Items<'_, '_> {
    type Error = Unreadable;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>> {
        if self.reader.more(&mut self.first, "}")? {
            seed.deserialize(&mut *self.reader).map(Some)
        } else {
            Ok(None)
        }
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value> {
        self.reader.expect(":")?;
        seed.deserialize(&mut *self.reader)
    }
}

struct Name(StringDeserializer<Unreadable>);

impl<'de> EnumAccess<'de> for Name {
    type Error = Unreadable;
    type Variant = Bare;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Bare)> {
        Ok((seed.deserialize(self.0)?, Bare))
    }
}

/// A variant without content.
struct Bare;

impl<'de> VariantAccess<'de> for Bare {
    type Error = Unreadable;

    fn unit_variant(self) -> Result<()> {
        Ok(())
    }
    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, _: T) -> Result<T::Value> {
        Err(Unreadable)
    }
    fn tuple_variant<V: Visitor<'de>>(self, _: usize, _: V) -> Result<V::Value> {
        Err(Unreadable)
    }
    fn struct_variant<V: Visitor<'de>>(self, _: &'static [&'static str], _: V) -> Result<V::Value> {
        Err(Unreadable)
    }
}

struct Variant<'r, 'a>(&'r mut Reader<'a>);

impl<'de> EnumAccess<'de> for Variant<'_, '_> {
    type Error = Unreadable;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Self)> {
        let name = seed.deserialize(&mut *self.0)?;
        self.0.expect(":")?;
        Ok((name, self))
    }
}

impl<'de> VariantAccess<'de> for Variant<'_, '_> {
    type Error = Unreadable;

    fn unit_variant(self) -> Result<()> {
        self.0.expect("null")
    }
    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value> {
        seed.deserialize(self.0)
    }
    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value> {
        self.0.deserialize_seq(visitor)
    }
    fn struct_variant<V: Visitor<'de>>(
        self,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value> {
        self.0.deserialize_map(visitor)
    }
}
