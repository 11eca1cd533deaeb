//! `cargo xtask test`: everything that CI runs, part by part, and one line at the end.

use std::time::Instant;

use anyhow::{Result, bail};
use clap::{Args, ValueEnum};

use crate::run;

pub mod browser;
mod documents;
mod edges;
mod lint;
mod rooms;
mod size;
mod statements;
mod unit;

/// What `test` runs.
#[derive(Args)]
pub struct Arguments {
    /// Run one part only; may be given several times.
    #[arg(long, value_enum)]
    only: Vec<Part>,
    /// For the unit and browser tests: only those whose name holds this.
    filter: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    /// Format, lints on both targets, which crate may use which and which file which, and what documents name.
    Lint,
    /// Unit and integration tests, on SQLite and on PostgreSQL.
    Unit,
    /// What browsers download, against the budget.
    Size,
    /// The browser tests of `end2end/`.
    Browser,
}

/// How many tests passed and failed; a check is one test.
#[derive(Default)]
struct Tally {
    passed: u64,
    failed: u64,
    /// Names of what failed.
    failures: Vec<String>,
}

impl Tally {
    /// Runs one check under its heading.
    fn check(&mut self, name: &str, check: impl FnOnce() -> Result<()>) {
        let start = Instant::now();
        run::announce(name);
        match check() {
            Ok(()) => {
                self.passed += 1;
                println!("ok: {name} ({} s)", start.elapsed().as_secs());
            }
            Err(error) => self.fail(name, &error),
        }
    }

    fn fail(&mut self, name: &str, error: &anyhow::Error) {
        self.failed += 1;
        self.failures.push(name.to_owned());
        println!("FAILED: {name}: {error:#}");
    }
}

/// Runs the parts in the order in which a mistake shows soonest.
pub fn test(arguments: &Arguments) -> Result<()> {
    let start = Instant::now();
    let filter = arguments.filter.as_deref();
    let wanted = |part| arguments.only.is_empty() || arguments.only.contains(&part);
    let mut tally = Tally::default();
    if wanted(Part::Lint) {
        lint::lint(&mut tally);
        edges::edges(&mut tally);
        rooms::rooms(&mut tally);
        statements::statements(&mut tally);
        documents::documents(&mut tally);
    }
    if wanted(Part::Unit) {
        unit::unit(&mut tally, filter);
    }
    if wanted(Part::Size) {
        size::size(&mut tally);
    }
    if wanted(Part::Browser) {
        browser::browser(&mut tally, filter);
    }
    for failure in &tally.failures {
        println!("failed: {failure}");
    }
    println!("in {} s", start.elapsed().as_secs());
    println!("{} passed, {} failed", tally.passed, tally.failed);
    if tally.failed > 0 {
        bail!("the checks failed");
    }
    Ok(())
}
