//! Where the bytes of a wasm file are: by section, and by the crate that each function is from.

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail};

use crate::assets;
use crate::wasm_format::{Reader, split};

/// Bytes of each kind of section.
pub fn sections(wasm: &[u8]) -> Result<BTreeMap<&'static str, u64>> {
    let mut sizes = BTreeMap::new();
    for (id, body) in split(wasm)? {
        let name = match id {
            0 => "custom",
            1 => "types",
            2 => "imports",
            3 => "functions",
            7 => "exports",
            9 => "elements",
            10 => "code",
            11 => "data",
            _ => "other",
        };
        *sizes.entry(name).or_default() += body.len() as u64;
    }
    Ok(sizes)
}

/// Prints how much of each bundle's code is whose, from a build that keeps names.
pub fn crates() -> Result<()> {
    for (name, wasm) in assets::with_function_names()? {
        println!("{name}, code by crate (uncompressed):");
        let mut sizes: Vec<_> = by_crate(&wasm)?.into_iter().collect();
        sizes.sort_by_key(|(_, bytes)| std::cmp::Reverse(*bytes));
        for (owner, bytes) in sizes.iter().take(24) {
            println!("  {owner:<26} {bytes:>9}");
        }
        println!();
    }
    Ok(())
}

fn by_crate(wasm: &[u8]) -> Result<BTreeMap<String, u64>> {
    let sections = split(wasm)?;
    let names = names(&sections)?;
    let imported = match sections.iter().find(|(id, _)| *id == 2) {
        Some((_, body)) => imported_functions(body)?,
        None => 0,
    };
    let (_, code) = sections.iter().find(|(id, _)| *id == 10).context("wasm without code")?;
    let mut reader = Reader(code);
    let mut sizes = BTreeMap::new();
    for index in 0..reader.number()? {
        let size = reader.number()?;
        reader.bytes(size)?;
        let owner = names.get(&(imported + index)).map_or("(unnamed)", |name| owner(name));
        *sizes.entry(owner.to_owned()).or_default() += size;
    }
    Ok(sizes)
}

/// `<alloc::vec::Vec<T> as core::fmt::Debug>::fmt` is of `alloc`.
fn owner(name: &str) -> &str {
    let start = name.trim_start_matches(['<', '&', '*', '(', '[']);
    let start = start.strip_prefix("dyn ").unwrap_or(start);
    let end = start.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(start.len());
    if start[end..].starts_with("::") || start[end..].starts_with('[') {
        &start[..end]
    } else {
        "(other)"
    }
}

fn names<'a>(sections: &[(u8, &'a [u8])]) -> Result<BTreeMap<u64, &'a str>> {
    let mut names = BTreeMap::new();
    for (_, body) in sections.iter().filter(|(id, _)| *id == 0) {
        let mut reader = Reader(body);
        if reader.text()? != "name" {
            continue;
        }
        while !reader.0.is_empty() {
            let kind = reader.byte()?;
            let size = reader.number()?;
            let mut part = Reader(reader.bytes(size)?);
            if kind == 1 {
                for _ in 0..part.number()? {
                    names.insert(part.number()?, part.text()?);
                }
            }
        }
    }
    Ok(names)
}

fn imported_functions(body: &[u8]) -> Result<u64> {
    let mut reader = Reader(body);
    let mut functions = 0;
    for _ in 0..reader.number()? {
        reader.text()?;
        reader.text()?;
        match reader.byte()? {
            0 => {
                reader.number()?;
                functions += 1;
            }
            // Tables, memories and globals, which chunks share with the main part.
            1 => {
                reader.byte()?;
                limits(&mut reader)?;
            }
            2 => limits(&mut reader)?,
            3 => _ = reader.bytes(2)?,
            kind => bail!("an import of kind {kind}"),
        }
    }
    Ok(functions)
}

fn limits(reader: &mut Reader) -> Result<()> {
    let has_most = reader.number()? & 1 == 1;
    reader.number()?;
    if has_most {
        reader.number()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_function_belongs_to_the_first_crate_in_its_name() {
        assert_eq!(owner("<alloc::vec::Vec<T> as core::fmt::Debug>::fmt"), "alloc");
        assert_eq!(owner("widget::panel::Panel"), "widget");
        assert_eq!(owner("memcpy"), "(other)");
    }

    #[test]
    fn sections_are_measured() {
        let wasm = b"\0asm\x01\0\0\0\x01\x02ab\x0a\x03abc";
        assert_eq!(
            sections(wasm).expect("well formed"),
            BTreeMap::from([("types", 2), ("code", 3)])
        );
    }
}
