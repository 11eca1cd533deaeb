//! Short names for what a wasm and its script call each other: wasm-bindgen's own are long and end in a hash, which no
//! compression makes smaller, and each stands in both files.

use std::collections::HashMap;

use anyhow::{Result, bail};

use crate::wasm_format::{Reader, split, write_bytes, write_number};

const IMPORTS: u8 = 2;
const EXPORTS: u8 = 7;

/// Gives wasm and script the short names. Those that people write, such as `hydrate`, stay.
pub fn shorten(wasm: &[u8], script: &str) -> Result<(Vec<u8>, String)> {
    let mut names = Names::default();
    let mut short = wasm[..wasm.len().min(8)].to_vec();
    for (id, body) in split(wasm)? {
        let mut reader = Reader(body);
        let renamed = match id {
            IMPORTS => names.imports(&mut reader)?,
            EXPORTS => names.exports(&mut reader)?,
            _ => body.to_vec(),
        };
        short.push(id);
        write_bytes(&renamed, &mut short);
    }
    Ok((short, names.in_script(script)?))
}

#[derive(Default)]
struct Names(HashMap<String, String>);

impl Names {
    fn imports(&mut self, reader: &mut Reader) -> Result<Vec<u8>> {
        let mut out = Vec::new();
        let count = reader.number()?;
        write_number(count, &mut out);
        for _ in 0..count {
            write_bytes(reader.text()?.as_bytes(), &mut out);
            write_bytes(self.short(reader.text()?).as_bytes(), &mut out);
            match reader.byte()? {
                0 => out.push(0),
                kind => bail!("an import of kind {kind}, which bindgen never makes"),
            }
            write_number(reader.number()?, &mut out);
        }
        Ok(out)
    }

    fn exports(&mut self, reader: &mut Reader) -> Result<Vec<u8>> {
        let mut out = Vec::new();
        let count = reader.number()?;
        write_number(count, &mut out);
        for _ in 0..count {
            write_bytes(self.short(reader.text()?).as_bytes(), &mut out);
            out.push(reader.byte()?);
            write_number(reader.number()?, &mut out);
        }
        Ok(out)
    }

    fn short(&mut self, name: &str) -> String {
        if !name.starts_with("__wb") && !name.starts_with("wasm_bindgen") {
            return name.to_owned();
        }
        let next = self.0.len();
        self.0.entry(name.to_owned()).or_insert_with(|| numbered(next)).clone()
    }

    /// The script with every word that is one of the names as the short one.
    fn in_script(&self, script: &str) -> Result<String> {
        let mut out = String::with_capacity(script.len());
        let mut rest = script;
        while let Some(start) = rest.find(is_word) {
            let (before, from) = rest.split_at(start);
            let (word, after) = from.split_at(from.find(|c| !is_word(c)).unwrap_or(from.len()));
            out.push_str(before);
            if self.0.values().any(|short| short == word) {
                bail!("the script has a {word} of its own");
            }
            out.push_str(self.0.get(word).map_or(word, String::as_str));
            rest = after;
        }
        out.push_str(rest);
        Ok(out)
    }
}

fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_' || c == '$'
}

/// `_a` to `_z`, `_ba`, …
fn numbered(number: usize) -> String {
    let mut letters = Vec::new();
    let mut rest = number;
    loop {
        letters.push(b'a' + u8::try_from(rest % 26).unwrap_or_default());
        rest /= 26;
        if rest == 0 {
            break;
        }
    }
    letters.push(b'_');
    letters.iter().rev().copied().map(char::from).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_halves_call_each_other_by_the_same_short_names() {
        let mut wasm = b"\0asm\x01\0\0\0".to_vec();
        let imports = b"\x01\x01m\x0c__wbg_f_1234\x00\x03";
        let exports = b"\x02\x06memory\x02\x00\x11__wbindgen_malloc\x00\x01";
        for (id, body) in [(IMPORTS, &imports[..]), (EXPORTS, &exports[..]), (10, b"code")] {
            wasm.push(id);
            write_bytes(body, &mut wasm);
        }
        let script = "{__wbg_f_1234: () => wasm.__wbindgen_malloc(wasm.memory)}";
        let (wasm, script) = shorten(&wasm, script).expect("well formed");
        assert_eq!(script, "{_a: () => wasm._b(wasm.memory)}");
        let sections = split(&wasm).expect("well formed");
        let bodies: Vec<&[u8]> = sections.iter().map(|(_, body)| *body).collect();
        assert_eq!(
            bodies,
            [&b"\x01\x01m\x02_a\x00\x03"[..], b"\x02\x06memory\x02\x00\x02_b\x00\x01", b"code"]
        );
    }

    #[test]
    fn no_two_names_are_the_same_and_none_is_the_scripts_own() {
        let all: std::collections::HashSet<String> = (0..2_000).map(numbered).collect();
        assert_eq!(all.len(), 2_000);
        let names = Names([("__wbg_f".to_owned(), "_a".to_owned())].into());
        assert!(names.in_script("let _a = wasm.__wbg_f").is_err());
    }
}
