//! Measures a release build of `ayuda` beside bare floors in the same run, and prints one table.
//!
//! A floor is what the machine can do at all: a server that only accepts, groups, commits,
//! acknowledges and forwards, and pages with nothing on them. The load runs on the same machine.

use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::{Parser, Subcommand};

mod browser;
mod chats;
mod delivery;
mod floor;
mod http;
mod memory;
mod messages;
mod million;
mod percentile;
mod postgres;
mod server;
mod startup;
mod table;
mod talk;

/// What is measured, and for how long.
#[derive(Clone, Parser)]
#[command(name = "cargo xtask bench", bin_name = "cargo xtask bench")]
pub struct Plan {
    #[command(subcommand)]
    floor: Option<Command>,
    /// Only the figures whose name holds this.
    #[arg(long)]
    only: Option<String>,
    /// Seconds of each measurement.
    #[arg(long, default_value_t = 5)]
    seconds: u64,
    /// Measurements of each figure; the median is shown.
    #[arg(long, default_value_t = 3)]
    runs: usize,
    /// Idle sockets for the memory row; fewer when the descriptor limit is lower.
    #[arg(long, default_value_t = 10_000)]
    idle: usize,
    /// The binary that is measured.
    #[arg(long, env = "AYUDA_BINARY", default_value = "target/release/ayuda")]
    binary: PathBuf,
}

#[derive(Clone, Subcommand)]
enum Command {
    /// The bare server; the bench starts it by itself.
    #[command(hide = true)]
    Floor { port: u16, data: PathBuf },
}

impl Plan {
    fn wants(&self, figure: &str) -> bool {
        self.only.as_deref().is_none_or(|only| figure.contains(only))
    }
}

fn main() -> Result<()> {
    let mut plan = Plan::parse();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    if let Some(Command::Floor { port, data }) = plan.floor {
        return runtime.block_on(floor::serve(port, data));
    }
    plan.binary = plan.binary.canonicalize().context("no binary: cargo xtask build --release")?;
    runtime.block_on(measure(&plan))
}

async fn measure(plan: &Plan) -> Result<()> {
    let mut table = table::Table::new();
    if plan.wants("messages") {
        messages::measure(plan, &mut table).await?;
    }
    if plan.wants("delivery") {
        delivery::measure(plan, &mut table).await?;
    }
    if plan.wants("chats") {
        chats::measure(plan, &mut table).await?;
    }
    if plan.wants("postgres") {
        postgres::measure(plan, &mut table).await?;
    }
    if plan.wants("memory") {
        memory::measure(plan, &mut table).await?;
    }
    if plan.wants("startup") {
        startup::measure(plan, &mut table).await?;
    }
    if plan.wants("million") {
        million::measure(plan, &mut table).await?;
    }
    if plan.wants("browser") {
        browser::measure(plan, &mut table).await?;
    }
    table.print();
    Ok(())
}
