//! `cargo xtask soak`: what takes too long for every change, the storm over three nodes and all browser tests in
//! Firefox.

use anyhow::Result;
use clap::{Args, ValueEnum};

use crate::{assets, install, run, test};

/// What `soak` runs.
#[derive(Args)]
pub struct Arguments {
    /// Run one part only.
    #[arg(long, value_enum)]
    only: Option<Part>,
    /// Draws the same faults in the same order as the run that printed this number.
    #[arg(long)]
    seed: Option<u64>,
    /// Nodes that are killed, every third of them the one that does what nobody asks for.
    #[arg(long, default_value_t = 30)]
    kills: usize,
    /// Restarts of the database.
    #[arg(long, default_value_t = 10)]
    restarts: usize,
    /// Nodes that are frozen for 20 seconds.
    #[arg(long, default_value_t = 4)]
    freezes: usize,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    /// Three nodes under faults, with the full numbers.
    Storm,
    /// The browser tests of `end2end/`, in Firefox.
    Firefox,
}

/// Builds what it needs and runs the parts.
pub fn soak(arguments: &Arguments) -> Result<()> {
    let wanted = |part| arguments.only.is_none_or(|only| only == part);
    if wanted(Part::Storm) {
        storm(arguments)?;
    }
    if wanted(Part::Firefox) {
        test::browser::in_firefox()?;
    }
    Ok(())
}

fn storm(arguments: &Arguments) -> Result<()> {
    assets::build()?;
    install::postgres()?;
    run::announce("Three nodes under faults; this takes some minutes");
    let mut cargo =
        run::cargo(["test", "--workspace", "--test", "cluster", "--", "--ignored", "--nocapture"]);
    cargo
        .env("AYUDA_TEST_ENGINES", "both")
        .env("AYUDA_SOAK_KILLS", arguments.kills.to_string())
        .env("AYUDA_SOAK_RESTARTS", arguments.restarts.to_string())
        .env("AYUDA_SOAK_FREEZES", arguments.freezes.to_string());
    if let Some(seed) = arguments.seed {
        cargo.env("AYUDA_SOAK_SEED", seed.to_string());
    }
    run::run(&mut cargo)
}
