//! Unit and integration tests; those that need a database run on both, and those of files on a bucket, too.

use anyhow::Result;

use crate::bucket::Buckets;
use crate::postgres::Postgres;
use crate::test::Tally;
use crate::{assets, install, run};

pub fn unit(tally: &mut Tally, filter: Option<&str>) {
    run::announce("Unit and integration tests, on SQLite and on PostgreSQL");
    if let Err(error) = tests(tally, filter) {
        tally.fail("Unit and integration tests", &error);
    }
}

fn tests(tally: &mut Tally, filter: Option<&str>) -> Result<()> {
    // The server embeds them; built first, it is compiled once.
    assets::build()?;
    let postgres = Postgres::for_tests()?;
    install::proxies()?;
    let buckets = Buckets::for_tests()?;
    // First, since compiling prints nothing that `follow` sees.
    run::run(&mut run::cargo(["test", "--workspace", "--no-run"]))?;
    let mut cargo = run::cargo(["test", "--workspace", "--no-fail-fast"]);
    cargo
        .args(filter)
        .env("AYUDA_TEST_POSTGRES", postgres.url())
        .env("AYUDA_TEST_ENGINES", "both")
        .env("AYUDA_TEST_PROXIES", "all")
        .env("AYUDA_TEST_S3", buckets.url())
        // The database tests wait for the disk more than they compute.
        .env("RUST_TEST_THREADS", "8");
    let (before, mut failed) = (tally.failed, Vec::new());
    let succeeded = run::follow(&mut cargo, |line| {
        if let Some(name) = line.strip_prefix("test ").and_then(|l| l.strip_suffix(" ... FAILED")) {
            failed.push(name.to_owned());
        }
        let Some(counts) = line.strip_prefix("test result: ") else { return };
        tally.passed += count(counts, "passed");
        tally.failed += count(counts, "failed");
    })?;
    tally.failures.append(&mut failed);
    if !succeeded && tally.failed == before {
        anyhow::bail!("cargo test failed");
    }
    Ok(())
}

/// The number before a word: 12 in `ok. 12 passed; 0 failed`.
fn count(text: &str, word: &str) -> u64 {
    let words: Vec<&str> = text.split([' ', ';']).filter(|word| !word.is_empty()).collect();
    words.windows(2).find(|pair| pair[1] == word).and_then(|pair| pair[0].parse().ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::count;

    #[test]
    fn the_numbers_of_a_test_run_are_read() {
        let line = "FAILED. 12 passed; 3 failed; 0 ignored; 0 measured; 1 filtered out";
        assert_eq!((count(line, "passed"), count(line, "failed")), (12, 3));
    }
}
