//! What the documents name is there: paths, commands of ours, crates and their tests.

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

use anyhow::{Context, Result, bail};
use clap::CommandFactory;
use serde_json::Value;

use crate::test::Tally;
use crate::{Arguments, paths, run};

const DOCUMENTS: [&str; 8] = [
    "README.md",
    "ARCHITECTURE.md",
    "CONTRIBUTING.md",
    "SECURITY.md",
    "CHANGELOG.md",
    "docs/nodes.md",
    "docs/files.md",
    "docs/storage.md",
];

pub fn documents(tally: &mut Tally) {
    tally.check("Paths that documents name", || each_document(paths()?));
    tally.check("Commands that documents name", || each_document(commands()?));
}

/// Runs a check on every document; what is wrong is said with the document's name, all of it at once.
fn each_document(wrong: impl Fn(&str) -> Vec<String>) -> Result<()> {
    let mut all = Vec::new();
    for document in DOCUMENTS {
        let text = fs::read_to_string(paths::root().join(document)).context(document)?;
        all.extend(wrong(&text).into_iter().map(|what| format!("{document}: {what}")));
    }
    if all.is_empty() { Ok(()) } else { bail!("{}", all.join("\n")) }
}

/// Finds paths that are not in the repository.
fn paths() -> Result<impl Fn(&str) -> Vec<String>> {
    let listed = run::output(
        Command::new("git")
            .args(["ls-files", "--cached", "--others", "--exclude-standard"])
            .current_dir(paths::root()),
    )?;
    let files: BTreeSet<String> = listed
        .lines()
        .filter(|file| paths::root().join(file).exists())
        .map(str::to_owned)
        .collect();
    Ok(move |text: &str| {
        let named = code(text).into_iter().filter(|code| is_path(code)).flat_map(expand);
        named.filter(|path| !is_there(&files, path)).map(|path| format!("no {path}")).collect()
    })
}

/// Whether a path, from the root or from any folder, is a file or a folder of the repository.
fn is_there(files: &BTreeSet<String>, path: &str) -> bool {
    files.iter().any(|file| {
        let file = format!("/{file}");
        let path = format!("/{path}");
        if path.ends_with('/') {
            file.contains(&path)
        } else {
            file.ends_with(&path) || file.contains(&format!("{path}/"))
        }
    })
}

/// What looks like a file or a folder of ours: no address, no media type, nothing of an installation.
fn is_path(code: &str) -> bool {
    const KINDS: [&str; 9] = ["rs", "js", "mjs", "c", "css", "md", "sql", "html", "json"];
    // Of an installation or of a build, and not of the repository.
    const ELSEWHERE: [&str; 4] = ["data/", "target/", "text/", "application/"];
    let is_plain = code.chars().all(|c| c.is_ascii_alphanumeric() || "_-./{},*".contains(c));
    let kind = code.rsplit_once('.').map(|(_, kind)| kind);
    is_plain
        && code.starts_with(|c: char| c.is_ascii_alphanumeric())
        && (code.contains('/') || kind.is_some_and(|kind| KINDS.contains(&kind)))
        && !ELSEWHERE.iter().any(|elsewhere| code.starts_with(elsewhere))
}

/// `a/{b,c}` is `a/b` and `a/c`.
fn expand(code: &str) -> Vec<String> {
    let Some((before, rest)) = code.split_once('{') else { return vec![code.to_owned()] };
    let Some((choices, after)) = rest.split_once('}') else { return vec![code.to_owned()] };
    choices
        .split(',')
        .flat_map(|choice| expand(&format!("{before}{}{after}", choice.trim())))
        .collect()
}

/// Finds commands of ours that are not there: `cargo xtask NAME --flag`, `cargo test -p CRATE --test NAME`.
fn commands() -> Result<impl Fn(&str) -> Vec<String>> {
    let metadata =
        run::output(&mut run::cargo(["metadata", "--no-deps", "--format-version", "1"]))?;
    let metadata: Value = serde_json::from_str(&metadata)?;
    Ok(move |text: &str| {
        let lines = code(text).into_iter().chain(fenced(text));
        lines.filter_map(|line| command(&metadata, line)).collect()
    })
}

/// What is wrong with a command line, if it is one of ours.
fn command(metadata: &Value, line: &str) -> Option<String> {
    let words: Vec<&str> = line.split_whitespace().take_while(|word| *word != "#").collect();
    let cargo = words.iter().position(|word| *word == "cargo")?;
    match words.get(cargo + 1..)? {
        ["xtask", name, flags @ ..] => xtask(name, flags),
        ["test", flags @ ..] => cargo_test(metadata, flags),
        _ => None,
    }
}

fn xtask(names: &str, flags: &[&str]) -> Option<String> {
    let ours = Arguments::command();
    // A list of them: `cargo xtask serve, test, build`.
    for name in [names].into_iter().chain(flags.iter().copied().filter(|_| names.ends_with(','))) {
        let Some(known) = ours.find_subcommand(name.trim_end_matches(',')) else {
            return Some(format!("no cargo xtask {name}"));
        };
        // Those of `serve` and `bench` are the server's and the load generator's.
        if known.is_disable_help_flag_set() {
            continue;
        }
        for flag in flags.iter().filter_map(|flag| flag.strip_prefix("--")) {
            if !known.get_arguments().any(|argument| argument.get_long() == Some(flag)) {
                return Some(format!("no --{flag} of cargo xtask {name}"));
            }
        }
    }
    None
}

fn cargo_test(metadata: &Value, flags: &[&str]) -> Option<String> {
    let after =
        |flag: &str| flags.iter().position(|word| *word == flag).map(|at| flags.get(at + 1));
    let package = after("-p")??;
    let packages = metadata["packages"].as_array()?;
    let Some(found) = packages.iter().find(|known| known["name"] == *package) else {
        return Some(format!("no crate {package}"));
    };
    let test = after("--test")??;
    let targets = found["targets"].as_array()?;
    let is_there =
        targets.iter().any(|target| target["name"] == *test && target["kind"][0] == "test");
    (!is_there).then(|| format!("no test {test} in {package}"))
}

/// What stands between backticks, outside of blocks.
fn code(text: &str) -> Vec<&str> {
    let outside = text.split("```").step_by(2);
    outside.flat_map(|part| part.split('`').skip(1).step_by(2)).collect()
}

/// The lines of blocks.
fn fenced(text: &str) -> Vec<&str> {
    text.split("```").skip(1).step_by(2).flat_map(str::lines).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_told_from_other_code() {
        for path in ["desk/src/writer.rs", "locales/{es,en,pt}", "writer/", "deny.toml/x", "a.rs"] {
            assert!(is_path(path), "{path}");
        }
        for other in
            ["text/html", "/healthz", "data/", "https://a/b", "cargo test", "hub::Row", "a.b"]
        {
            assert!(!is_path(other), "{other}");
        }
        assert_eq!(expand("a/{b,c}/{d,e}"), ["a/b/d", "a/b/e", "a/c/d", "a/c/e"]);
    }

    #[test]
    fn a_path_is_there_from_the_root_or_from_a_folder() {
        let files = BTreeSet::from(["desk/src/writer/cache.rs".to_owned()]);
        for path in ["desk/src/writer/cache.rs", "writer/cache.rs", "src/writer/", "desk", "writer"]
        {
            assert!(is_there(&files, path), "{path}");
        }
        for path in ["riter/cache.rs", "writer/cache", "cache/", "desk/writer.rs"] {
            assert!(!is_there(&files, path), "{path}");
        }
    }

    #[test]
    fn a_command_that_is_not_there_is_named() {
        let metadata = serde_json::json!({ "packages": [
            { "name": "desk", "targets": [{ "name": "it", "kind": ["test"] }] }
        ] });
        for line in [
            "cargo xtask serve --listen 127.0.0.1:4000",
            "cargo xtask serve, test, build",
            "cargo xtask build --release # leaves a binary",
            "AYUDA_TEST_ENGINES=both cargo test -p desk --test it -- a_name",
            "cargo build",
        ] {
            assert_eq!(command(&metadata, line), None);
        }
        for line in [
            "cargo xtask fly",
            "cargo xtask serve, fly",
            "cargo xtask build --fast",
            "cargo test -p dask",
            "cargo test -p desk --test unit",
        ] {
            assert!(command(&metadata, line).is_some(), "{line}");
        }
    }

    #[test]
    fn code_is_taken_from_the_text_and_from_blocks() {
        let text = "See `a/b`.\n```sh\ncargo test\n```\nand `c`";
        assert_eq!(code(text), ["a/b", "c"]);
        assert_eq!(fenced(text), ["sh", "cargo test"]);
    }
}
