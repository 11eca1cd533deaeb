//! `cargo xtask soak`: the storm over three nodes with its full numbers.

use anyhow::Result;
use clap::Args;

use crate::{assets, install, run};

/// What `soak` runs.
#[derive(Args)]
pub struct Arguments {
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

/// Builds what it needs and rides the storm out.
pub fn soak(arguments: &Arguments) -> Result<()> {
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
