//! The browser tests: real browsers against the real binary. Everything in Chromium, a story in Firefox and in WebKit.

use std::process::Command;

use anyhow::{Result, bail};

use crate::postgres::Postgres;
use crate::test::Tally;
use crate::{assets, build, install, paths, run};

pub(super) fn browser(tally: &mut Tally, filter: Option<&str>) {
    run::announce("Browser tests");
    if let Err(error) = tests(tally, filter) {
        tally.fail("Browser tests", &error);
    }
}

/// Every browser test in Firefox: one file at a time, which is what its driver can do.
pub fn in_firefox() -> Result<()> {
    let (mut node, _postgres) = prepare()?;
    run::announce("Browser tests in Firefox; this takes half an hour");
    run::run(node.env("AYUDA_ENGINE", "firefox").args(["--test-concurrency=1", "tests/"]))
}

/// Builds and installs what the tests need; they run as long as the database is there.
fn prepare() -> Result<(Command, Postgres)> {
    let chromium = install::chromium()?;
    let engines = install::engines()?;
    install::fonts()?;
    install::end2end()?;
    assets::build()?;
    build::server(false)?;
    // For the pages of several nodes.
    let postgres = Postgres::for_tests()?;
    let mut node = Command::new("node");
    node.current_dir(paths::root().join("end2end"))
        .env("AYUDA_BINARY", paths::ayuda("debug"))
        .env("AYUDA_CHROMIUM", chromium)
        .env("AYUDA_FIREFOX", engines.firefox)
        .env("AYUDA_WEBKIT_DRIVER", engines.webkit_driver)
        .env("AYUDA_WEBKIT", engines.webkit)
        .env("AYUDA_TEST_POSTGRES", postgres.url())
        .args(["--test", "--test-reporter=spec"]);
    Ok((node, postgres))
}

fn tests(tally: &mut Tally, filter: Option<&str>) -> Result<()> {
    let (mut node, _postgres) = prepare()?;
    node.arg("--test-concurrency=2");
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
