//! README.md, and what it leads on to, against the binary: what it tells people to type is understood.

use std::{collections::BTreeSet, path::Path, process::Command};

/// What `ayuda … --help` says.
fn help(command: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_ayuda")).args(command).arg("--help").output();
    let output = output.expect("the binary");
    assert!(output.status.success(), "there is no ayuda {}", command.join(" "));
    String::from_utf8(output.stdout).expect("text")
}

fn document(path: &str) -> String {
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path);
    std::fs::read_to_string(from).expect("a document")
}

/// A flag with its variable, from a line such as `--listen <ADDRESS>` with `[env: AYUDA_LISTEN=]` behind it.
fn settings(help: &str) -> BTreeSet<(String, String)> {
    let flag = |part: &str| part.split([' ', '\n', '=']).next().unwrap_or_default().to_owned();
    let options = help.split("\n      --").skip(1);
    options
        .filter_map(|option| Some((flag(option), option.split_once("[env: ")?.1)))
        .map(|(flag, rest)| {
            (format!("--{flag}"), rest.split(['=', ']']).next().unwrap().to_owned())
        })
        .collect()
}

#[test]
fn the_table_of_settings_is_that_of_the_binary() {
    let readme = document("README.md");
    let rows = readme.lines().filter_map(|line| line.strip_prefix("| `--"));
    let named: BTreeSet<(String, String)> = rows
        .map(|row| {
            let mut cells = row.split(" | ").map(|cell| cell.trim_matches('`').to_owned());
            (format!("--{}", cells.next().unwrap()), cells.next().expect("a variable"))
        })
        .collect();
    assert_eq!(named, settings(&help(&["serve"])));
}

#[test]
fn every_command_that_is_shown_is_one() {
    let text = ["README.md", "docs/nodes.md", "docs/files.md"].map(document).join("\n");
    let mut shown = 0;
    // Spans are one line each; blocks are many.
    for line in text.split('`').flat_map(str::lines) {
        let Some(line) = line.strip_prefix("ayuda ") else { continue };
        let line = line.split(" #").next().unwrap();
        let words: Vec<&str> = line.split_whitespace().collect();
        // The command ends where what the reader puts in begins.
        let is_name = |word: &&&str| word.chars().all(|c| c.is_ascii_lowercase() || c == '-');
        let command: Vec<&str> = words
            .iter()
            .take_while(|word| !word.starts_with('-'))
            .take_while(is_name)
            .copied()
            .collect();
        let help = help(&command);
        for flag in words.iter().filter(|word| word.starts_with("--")) {
            assert!(help.contains(&format!("{flag} ")), "ayuda {line}: no {flag}");
        }
        shown += 1;
    }
    assert!(shown >= 7, "found only {shown}");
}
