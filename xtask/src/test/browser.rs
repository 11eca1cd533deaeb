//! The browser tests: real Chromium against the real binary.

use std::process::Command;

use anyhow::{Result, bail};

use crate::postgres::Postgres;
use crate::test::Tally;
use crate::{assets, build, install, paths, run};

pub fn browser(tally: &mut Tally, filter: Option<&str>) {
    run::announce("Browser tests");
    if let Err(error) = tests(tally, filter) {
        tally.fail("Browser tests", &error);
    }
}

fn tests(tally: &mut Tally, filter: Option<&str>) -> Result<()> {
    let chromium = install::chromium()?;
    install::end2end()?;
    assets::build()?;
    build::server(false)?;
    // For the pages of several nodes.
    let postgres = Postgres::for_tests()?;
    let mut node = Command::new("node");
    node.current_dir(paths::root().join("end2end"))
        .env("AYUDA_BINARY", paths::ayuda("debug"))
        .env("AYUDA_CHROMIUM", chromium)
        .env("AYUDA_TEST_POSTGRES", postgres.url())
        .args(["--test", "--test-reporter=spec", "--test-concurrency=2"]);
    if let Some(filter) = filter {
        node.arg(format!("--test-name-pattern={filter}"));
    }
    node.arg("tests/");
    let before = tally.failed;
    let succeeded = run::follow(&mut node, |line| {
        let line = line.trim_start_matches(['ℹ', ' ']);
        let number = |word| line.strip_prefix(word).and_then(|n| n.trim().parse::<u64>().ok());
        tally.passed += number("pass ").unwrap_or(0);
        tally.failed += number("fail ").unwrap_or(0) + number("cancelled ").unwrap_or(0);
    })?;
    if tally.failed > before {
        tally.failures.push("browser tests, above".to_owned());
    } else if !succeeded {
        bail!("node --test failed");
    }
    Ok(())
}
