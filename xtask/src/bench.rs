//! `cargo xtask bench`: a release build of the server and of the crate `bench`, which measures it.

use anyhow::Result;

use crate::postgres::Postgres;
use crate::{assets, build, install, place, run};

/// Builds both and prints the table; flags go to the bench, `--help` tells which there are.
pub fn bench(flags: &[String]) -> Result<()> {
    assets::build()?;
    build::server(true)?;
    run::say("Building the bench (release)");
    run::run(&mut run::cargo(["build", "--release", "--package", "bench"]))?;
    let postgres = Postgres::durable()?;
    install::end2end()?;
    run::say("Measuring; leave the machine alone for some minutes");
    run::run(
        std::process::Command::new(place::target().join("release").join("bench"))
            .args(flags)
            .current_dir(place::root())
            .env("AYUDA_BINARY", place::ayuda("release"))
            .env("AYUDA_CHROMIUM", install::chromium()?)
            .env("AYUDA_BENCH_POSTGRES", postgres.url())
            .env("AYUDA_BENCH_PGBIN", install::postgres()?),
    )
}
