//! From text to a value, and from there to types ([`super::FromJson`]).

use super::value::Value;

/// Values inside values, at most: more than any frame has.
const DEPTH: u8 = 64;

/// Reads one value.
pub fn read(text: &str) -> Option<Value> {
    let mut reader = Reader { rest: text, depth: DEPTH };
    let value = reader.value()?;
    reader.peek().is_none().then_some(value)
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

    fn expect(&mut self, wanted: &str) -> Option<()> {
        self.takes(wanted).then_some(())
    }

    fn string(&mut self) -> Option<String> {
        self.expect("\"")?;
        let mut out = String::new();
        loop {
            let end = self.rest.find(['"', '\\'])?;
            out.push_str(self.take(end)?);
            if self.next()? == '"' {
                return Some(out);
            }
            out.push(self.escaped()?);
        }
    }

    /// The next bytes, as many as these, without the words for a cut inside a character, which indexing would bring
    /// along.
    fn take(&mut self, bytes: usize) -> Option<&str> {
        let (taken, rest) = self.rest.split_at_checked(bytes)?;
        self.rest = rest;
        Some(taken)
    }

    fn next(&mut self) -> Option<char> {
        let mut rest = self.rest.chars();
        let next = rest.next()?;
        self.rest = rest.as_str();
        Some(next)
    }

    fn escaped(&mut self) -> Option<char> {
        Some(match self.next()? {
            'n' => '\n',
            't' => '\t',
            'r' => '\r',
            'b' => '\u{8}',
            'f' => '\u{c}',
            code @ ('"' | '\\' | '/') => code,
            'u' => {
                let first = self.hex()?;
                let second =
                    if (0xd800..0xdc00).contains(&first) { self.second_half() } else { None };
                let point = second.map_or(first, |low| 0x10000 + ((first - 0xd800) << 10) + low);
                // Half a pair says nothing: browsers write one for a text that was cut.
                char::from_u32(point).unwrap_or(char::REPLACEMENT_CHARACTER)
            }
            _ => return None,
        })
    }

    /// The rest of a pair; what is none stays.
    fn second_half(&mut self) -> Option<u32> {
        let rest = self.rest;
        self.rest = rest.strip_prefix("\\u")?;
        let low = self.hex().and_then(|low| low.checked_sub(0xdc00)).filter(|low| *low < 0x400);
        if low.is_none() {
            self.rest = rest;
        }
        low
    }

    fn hex(&mut self) -> Option<u32> {
        u32::from_str_radix(self.take(4)?, 16).ok()
    }

    /// Any value. What it is of is left to whoever wants it.
    fn value(&mut self) -> Option<Value> {
        Some(match self.peek()? {
            b'"' => Value::Text(self.string()?),
            b'{' => {
                let mut members = Vec::new();
                self.items("{", "}", &mut |reader| {
                    let name = reader.string()?;
                    reader.expect(":")?;
                    members.push((name, reader.value()?));
                    Some(())
                })?;
                Value::Object(members)
            }
            b'[' => {
                let mut items = Vec::new();
                self.items("[", "]", &mut |reader| {
                    items.push(reader.value()?);
                    Some(())
                })?;
                Value::List(items)
            }
            b't' => self.word("true", Value::Bool(true))?,
            b'f' => self.word("false", Value::Bool(false))?,
            b'n' => self.word("null", Value::Null)?,
            _ => Value::Number(self.number()?.to_owned()),
        })
    }

    fn word(&mut self, word: &str, value: Value) -> Option<Value> {
        self.expect(word)?;
        Some(value)
    }

    fn items(
        &mut self,
        open: &str,
        close: &str,
        item: &mut dyn FnMut(&mut Self) -> Option<()>,
    ) -> Option<()> {
        self.expect(open)?;
        self.depth = self.depth.checked_sub(1)?;
        let mut is_first = true;
        while !self.takes(close) {
            if !is_first {
                self.expect(",")?;
            }
            is_first = false;
            item(self)?;
        }
        self.depth += 1;
        Some(())
    }

    fn number(&mut self) -> Option<&str> {
        // Bytes: whether a text contains a `char` is a search for a text, which would be 1 KB of the wasm.
        let is_other = |byte: u8| !byte.is_ascii_digit() && !b"+-.eE".contains(&byte);
        let end = self.rest.bytes().position(is_other).unwrap_or(self.rest.len());
        self.take(end).filter(|number| !number.is_empty())
    }
}
