//! The commands.

// Both panic when nobody reads them.
#![warn(clippy::print_stdout, clippy::print_stderr)]

mod agent;
mod availability;
mod backup;
mod demo;
mod doctor;
mod files;
mod mask;
mod open;
mod out;
mod restore;
mod running_server;
mod serve;
mod site;

use crate::{
    pdf::{self, DRAW_PAGE},
    settings::{Flags, Settings},
};
use clap::{Parser, Subcommand};
use open::{in_one_line, open};
use out::complain;
use protocol::SiteKey;
use std::{num::NonZeroU32, process::ExitCode};

/// The help desk in one binary: a corner button that says Chat or Ayuda, a ticket either way.
#[derive(Debug, Parser)]
#[command(name = "ayuda", version, about, max_term_width = 100)]
struct Cli {
    #[command(flatten)]
    flags: Flags,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve (what `ayuda` alone does)
    Serve,
    /// Fill an empty database with a demonstration
    Demo,
    /// The people who answer
    #[command(subcommand)]
    Agent(agent::AgentCommand),
    /// The sites that are served
    #[command(subcommand)]
    Site(site::SiteCommand),
    /// What the button says, and why
    Availability(availability::AvailabilityArgs),
    /// Mask standard input line by line
    Mask(mask::MaskArgs),
    /// Copy database and files into one archive, also while serving
    Backup(backup::BackupArgs),
    /// Unpack what `backup` made, where there is nothing yet
    Restore(restore::RestoreArgs),
    /// Stored files
    #[command(subcommand)]
    Files(files::FilesCommand),
    /// Check settings, database, files, zone data, mail and folders
    Doctor,
    /// Draw a page of the PDF on standard input, in a process of its own; for `serve`
    #[command(name = DRAW_PAGE, hide = true)]
    DrawPage { page: NonZeroU32 },
}

/// What `main` does.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    // It has no settings, and nothing of ours happens in it.
    if let Some(Command::DrawPage { page }) = cli.command {
        return pdf::child::run(page);
    }
    let settings = match Settings::load(cli.flags) {
        Ok(settings) => settings,
        Err(error) => return fail_with(&error.into()),
    };
    if let Err(error) = log(&settings.log) {
        return fail_with(&error);
    }
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return fail_with(&error.into()),
    };
    let outcome = runtime.block_on(run(cli.command.unwrap_or(Command::Serve), settings));
    match outcome {
        Ok(code) => code,
        Err(error) if out::has_no_reader(&error) => ExitCode::SUCCESS,
        Err(error) => fail_with(&error),
    }
}

async fn run(command: Command, settings: Settings) -> anyhow::Result<ExitCode> {
    match command {
        Command::Serve => serve::run(settings).await?,
        Command::Demo => demo::run(&settings).await?,
        Command::Agent(command) => {
            agent::run(command, &settings, std::io::stdin().lock(), std::io::stdout()).await?;
        }
        Command::Site(command) => return site::run(command, &settings).await,
        Command::Availability(args) => {
            let now = settings.clock.now();
            let (input, output) = (std::io::stdin().lock(), std::io::stdout());
            let sources = availability::Sources {
                open: async || open(&settings).await,
                ask: async |key: &SiteKey| running_server::status(&settings, key).await,
            };
            return availability::run(args, sources, now, input, output).await;
        }
        Command::Mask(args) => mask::run(&args, std::io::stdin().lock(), std::io::stdout().lock())?,
        Command::Backup(args) => backup::run(args, &settings).await?,
        Command::Restore(args) => restore::run(args, &settings).await?,
        Command::Files(command) => return files::run(command).await,
        Command::Doctor => return doctor::run(&settings).await,
        Command::DrawPage { page } => return Ok(pdf::child::run(page)),
    }
    Ok(ExitCode::SUCCESS)
}

fn log(filter: &str) -> anyhow::Result<()> {
    use std::io::IsTerminal;
    // What PostgreSQL remarks is no news at every command's start; whoever wants it names it, and the last word counts.
    let filter = format!("sqlx::postgres::notice=warn,{filter}");
    let filter = tracing_subscriber::EnvFilter::try_new(filter)?;
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .init();
    Ok(())
}

fn fail_with(error: &anyhow::Error) -> ExitCode {
    complain!("ayuda: {}", in_one_line(error));
    ExitCode::FAILURE
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_commands_are_well_formed() {
        Cli::command().debug_assert();
    }

    #[test]
    fn flags_stand_before_or_after_the_command() {
        let parse = |words: &[&str]| Cli::try_parse_from(words).unwrap();
        let before = parse(&["ayuda", "--listen", "127.0.0.1:9", "serve"]);
        let after = parse(&["ayuda", "serve", "--listen", "127.0.0.1:9"]);
        let alone = parse(&["ayuda", "--listen", "127.0.0.1:9"]);
        assert!(
            [before, after, alone].iter().all(|c| c.flags.listen.as_deref() == Some("127.0.0.1:9"))
        );
    }
}
