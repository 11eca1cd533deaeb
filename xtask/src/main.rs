//! The project's own commands: `cargo xtask serve | test | soak | build | size | bench | assets`.

use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

mod assets;
mod bench;
mod bucket;
mod build;
mod install;
mod paths;
mod postgres;
#[path = "../../testing/postgres.rs"]
#[expect(dead_code, reason = "the tests of several nodes need more of it")]
mod postgres_server;
mod run;
mod serve;
mod size;
mod soak;
mod test;
mod wasm_format;

/// Everything the project does from the command line, with nothing but cargo to start from.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Builds what changed and serves on <http://localhost:3000>, data in `data/`.
    ///
    /// Flags go to the server, as in `cargo xtask serve --listen 127.0.0.1:4000`.
    #[command(disable_help_flag = true)]
    Serve {
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        flags: Vec<String>,
    },
    /// Runs everything that CI runs.
    Test(test::Arguments),
    /// What takes too long for every change: three nodes under faults with the figures of it, and all browser tests in
    /// Firefox.
    ///
    /// Nodes are killed and frozen and the database is restarted under load, many more times than in `cargo xtask
    /// test`; what was acknowledged is then there, once and in order.
    Soak(soak::Arguments),
    /// Builds the server with its assets inside: one binary that needs nothing beside it.
    Build {
        /// Optimised, as `target/release/ayuda`.
        #[arg(long)]
        release: bool,
    },
    /// Shows what browsers download, byte by byte, and fails when that is over the budget.
    Size(size::Arguments),
    /// Measures a release build beside bare floors, and prints one table.
    #[command(disable_help_flag = true)]
    Bench {
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        flags: Vec<String>,
    },
    /// Builds scripts, styles and wasm into `target/assets` and nothing else.
    Assets,
}

fn main() -> ExitCode {
    match run(Arguments::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> Result<()> {
    match command {
        Command::Serve { flags } => serve::serve(&flags),
        Command::Test(arguments) => test::test(&arguments),
        Command::Soak(arguments) => soak::soak(&arguments),
        Command::Build { release } => build::build(release),
        Command::Size(arguments) => size::size(&arguments),
        Command::Bench { flags } => bench::bench(&flags),
        Command::Assets => assets::build().map(drop),
    }
}
