//! `cargo xtask bench`: a release build of the server and of the crate `bench`, which measures it.

use anyhow::Result;

use crate::postgres::Postgres;
use crate::{assets, build, install, paths, run};

/// Builds both and prints the table; flags go to the bench, `--help` tells which there are.
pub fn bench(flags: &[String]) -> Result<()> {
    assets::build()?;
    build::server(true)?;
    run::announce("Building the bench (release)");
    run::run(&mut run::cargo(["build", "--release", "--package", "bench"]))?;
    let postgres = Postgres::durable()?;
    install::end2end()?;
    run::announce("Measuring; leave the machine alone for some minutes");
    run::run(
        std::process::Command::new(paths::target().join("release").join("bench"))
            .args(flags)
            .current_dir(paths::root())
            .env("AYUDA_BINARY", paths::ayuda("release"))
            .env("AYUDA_CHROMIUM", install::chromium()?)
            .env("AYUDA_BENCH_POSTGRES", postgres.url())
            .env("AYUDA_BENCH_PGBIN", install::postgres()?),
    )
}
