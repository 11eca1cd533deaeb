//! Measures a release build of `ayuda`: beside bare floors in the same run, or beside an older binary in alternating
//! pairs.
//!
//! A floor is what the machine can do at all: a server that only accepts, groups, commits, acknowledges and forwards,
//! and pages with nothing on them. The load runs on the same machine.

mod beside_floors;
mod client;
mod conversation;
mod figures;
mod floor;
mod old_and_new;
mod percentile;
mod plan;
mod postgres;
mod reading;
mod server;
mod table;

use anyhow::{Context, Result};
use clap::Parser;
use plan::{Command, Plan};

fn main() -> Result<()> {
    let mut plan = Plan::parse();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    if let Some(Command::Floor { port, data }) = plan.floor {
        return runtime.block_on(floor::serve(port, data));
    }
    plan.binary = plan.binary.canonicalize().context("no binary: cargo xtask build --release")?;
    let Some(older) = plan.against.clone() else {
        return runtime.block_on(beside_floors::measure(&plan));
    };
    let older = older.canonicalize().with_context(|| older.display().to_string())?;
    runtime.block_on(old_and_new::measure(&plan, older))
}
