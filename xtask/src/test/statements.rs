//! Statements of SQL are registered: in `desk` every one is declared by `statement!`, `rows!` or `table!`, so that its
//! tests know them all. Nothing else is a text of SQL, and sqlx is given no other.

use crate::{paths, test::Tally};
use anyhow::{Context, Result, bail};
use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use std::{
    fs,
    path::{Path, PathBuf},
};

/// Words that a statement begins with.
const VERBS: [&str; 6] = ["select", "insert", "update", "delete", "with", "lock"];
/// Macros within which a text of SQL is written: those that register it, and those that give a part of it.
const DECLARE: [&str; 4] = ["statement", "rows", "table", "macro_rules"];
/// Joins registered statements to one script; fills a disk in a test.
const MAY_ASSERT: [&str; 2] = ["writer/fast_path.rs", "db/failure.rs"];

pub fn statements(tally: &mut Tally) {
    tally.check("Statements are registered", || {
        let source = paths::root().join("desk/src");
        let mut wrong = Vec::new();
        for file in files(&source)? {
            let text = fs::read_to_string(&file).with_context(|| format!("{}", file.display()))?;
            let name = file.strip_prefix(&source)?.display().to_string();
            let tokens: TokenStream = text.parse().map_err(|error| anyhow::anyhow!("{error}"))?;
            wrong.extend(unregistered(tokens).into_iter().map(|text| format!("{name}: {text}")));
            if text.contains("AssertSqlSafe") && !MAY_ASSERT.contains(&name.as_str()) {
                wrong.push(format!("{name}: AssertSqlSafe"));
            }
        }
        if wrong.is_empty() { Ok(()) } else { bail!("{}", wrong.join("\n")) }
    });
}

/// The files of the product; tests may write what they like.
fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for item in fs::read_dir(folder)? {
        let path = item?.path();
        if path.is_dir() && !path.ends_with("tests") {
            found.extend(files(&path)?);
        } else if path.extension().is_some_and(|end| end == "rs") && !path.ends_with("tests.rs") {
            found.push(path);
        }
    }
    Ok(found)
}

/// Texts of SQL outside of the macros that declare them, and outside of modules of tests.
fn unregistered(tokens: TokenStream) -> Vec<String> {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let mut found = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        match token {
            TokenTree::Group(_) if is_declaration(&tokens[..at]) => {}
            TokenTree::Group(group) if is_comment(group) => {}
            TokenTree::Group(group) => found.extend(unregistered(group.stream())),
            TokenTree::Literal(literal) if is_sql(&literal.to_string()) => {
                found.push(literal.to_string());
            }
            _ => {}
        }
    }
    found
}

/// Whether what stands before a group makes it a declaration (`statement!`, `macro_rules! name`) or a module of tests.
fn is_declaration(before: &[TokenTree]) -> bool {
    let word = |back: usize| before.iter().rev().nth(back).map(ToString::to_string);
    let is = |back: usize, text: &str| word(back).as_deref() == Some(text);
    let macro_name = if is(0, "!") {
        word(1)
    } else if is(1, "!") {
        word(2)
    } else {
        None
    };
    macro_name.is_some_and(|name| DECLARE.contains(&name.as_str()))
        || is(0, "tests") && is(1, "mod")
}

/// Whether a group is a comment, of which the compiler makes `#[doc = "…"]`.
fn is_comment(group: &Group) -> bool {
    let first = group.stream().into_iter().next();
    group.delimiter() == Delimiter::Bracket && first.is_some_and(|word| word.to_string() == "doc")
}

/// Whether a literal, as it is written, is a text of SQL: one of the verbs, and more than a word after it.
fn is_sql(literal: &str) -> bool {
    let Some(text) = text_of(literal) else { return false };
    text.trim_start().split_once(char::is_whitespace).is_some_and(|(verb, rest)| {
        VERBS.contains(&verb)
            && rest.trim_start().contains(char::is_whitespace)
            && !rest.contains('{')
    })
}

/// What stands between the quotes of `"…"`, `r"…"` or `r#"…"#`, with escaped breaks as spaces; `None` for other
/// literals.
fn text_of(literal: &str) -> Option<String> {
    if let Some(raw) = literal.strip_prefix('r') {
        return raw.trim_matches('#').strip_prefix('"')?.strip_suffix('"').map(str::to_owned);
    }
    let text = literal.strip_prefix('"')?.strip_suffix('"')?;
    Some(
        ["\\n", "\\r", "\\t", "\\"]
            .iter()
            .fold(text.to_owned(), |text, gap| text.replace(gap, " ")),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(source: &str) -> usize {
        unregistered(source.parse().expect("tokens")).len()
    }

    #[test]
    fn a_text_of_sql_outside_of_its_macro_is_found() {
        assert_eq!(found(r#"const READ: &str = "select a from b";"#), 1);
        assert_eq!(found(r#"fn f() { read!(db, c => sqlx::query("update a set b = 1")) }"#), 1);
        assert_eq!(found("const READ: &str = concat!(\"\\\n  delete from a \", x!());"), 1);
        assert_eq!(found(r#"const READ: &str = concat!("select a ", x!());"#), 1);
    }

    #[test]
    fn a_verb_that_ends_its_line_is_found() {
        assert_eq!(found("const READ: &str = \"select\n  a\n  from b\";"), 1);
        assert_eq!(found(r#"const READ: &str = "select\n a\tfrom b";"#), 1);
        assert_eq!(found("const READ: &str = \"select\\\n  a from b\";"), 1);
    }

    #[test]
    fn a_raw_text_of_sql_is_found() {
        assert_eq!(found(r#"const READ: &str = r"select a from b";"#), 1);
        assert_eq!(found("const READ: &str = r#\"\n  update a\n  set b = '\"'\n\"#;"), 1);
        assert_eq!(found(r#"tracing::warn!(r"with nothing");"#), 0);
    }

    #[test]
    fn declarations_tests_and_other_texts_are_not() {
        assert_eq!(found(r#"statement!(pub(crate) READ for Postgres = "select a from b");"#), 0);
        assert_eq!(found(r#"macro_rules! columns { () => { "select a from b " }; }"#), 0);
        assert_eq!(found(r#"mod tests { const READ: &str = "select a from b"; }"#), 0);
        assert_eq!(found(r#"tracing::warn!("with nothing");"#), 0);
        assert_eq!(found("/// lock of the session\nfn f() {}"), 0);
    }
}
