//! `cargo xtask serve`: from a fresh checkout to a help desk that answers.

use std::process::Command;

use anyhow::{Context, Result};

use crate::{assets, build, paths, run};

/// Builds what changed, fills an empty database with the demonstration, and serves until stopped.
pub fn serve(flags: &[String]) -> Result<()> {
    assets::build()?;
    build::server(false)?;
    let ayuda = paths::ayuda("debug");
    // Both read the same settings; `demo` leaves a database alone that holds something.
    run::run(Command::new(&ayuda).arg("demo").args(flags).current_dir(paths::root()))?;
    hand_over(Command::new(&ayuda).arg("serve").args(flags).current_dir(paths::root()))
}

/// Becomes the server, so that signals and the exit status are its own.
#[cfg(unix)]
fn hand_over(command: &mut Command) -> Result<()> {
    use std::os::unix::process::CommandExt as _;
    Err(command.exec()).context("cannot start the server")
}

#[cfg(not(unix))]
fn hand_over(command: &mut Command) -> Result<()> {
    run::run(command).context("the server stopped")
}
