//! `ayuda files copy FROM TO`.

use super::{
    open::in_one_line,
    out::{complain, say},
};
use crate::settings::files_place;
use anyhow::Context;
use clap::Subcommand;
use desk::tickets::files::{self, Copied};
use std::{
    process::ExitCode,
    time::{Duration, Instant},
};

/// How often a copy says how far it is.
const TELL_EVERY: Duration = Duration::from_secs(2);

#[derive(Debug, Subcommand)]
pub(super) enum FilesCommand {
    /// Copy every stored file that TO does not have yet; nothing is deleted, and it can be repeated, also while serving
    Copy {
        /// A folder, `file:///folder` or `s3://bucket/prefix`
        from: String,
        /// The same
        to: String,
    },
}

/// Exit status 1 where a file is not copied.
pub(super) async fn run(command: FilesCommand) -> anyhow::Result<ExitCode> {
    let FilesCommand::Copy { from, to } = command;
    let (from, to) = (files_place(&from).context("FROM")?, files_place(&to).context("TO")?);
    let mut told = Instant::now();
    let copied = files::copy(&from, &to, |so_far| {
        if told.elapsed() >= TELL_EVERY {
            told = Instant::now();
            complain!("{}", sentence(so_far));
        }
    });
    let copied = copied.await?;
    say!("{}", sentence(&copied));
    if copied.failed.is_empty() {
        return Ok(ExitCode::SUCCESS);
    }
    for (name, error) in copied.failed {
        complain!("ayuda: {name}: {}", in_one_line(&error.into()));
    }
    if copied.was_given_up {
        complain!("ayuda: the rest was not tried");
    }
    Ok(ExitCode::FAILURE)
}

fn sentence(copied: &Copied) -> String {
    let Copied { files, bytes, were_there, failed, .. } = copied;
    format!(
        "{files} {} copied ({}), {were_there} were there, {} failed",
        if *files == 1 { "file" } else { "files" },
        size(*bytes),
        failed.len(),
    )
}

/// In decimal units, with one digit behind the point.
fn size(bytes: u64) -> String {
    let units = [("GB", 1_000_000_000), ("MB", 1_000_000), ("KB", 1_000)];
    match units.into_iter().find(|(_, unit)| bytes >= *unit) {
        Some((name, unit)) => format!("{}.{} {name}", bytes / unit, bytes % unit * 10 / unit),
        None => format!("{bytes} bytes"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_is_said_in_a_sentence() {
        let copied = Copied { files: 12, bytes: 45_390_000, were_there: 3, ..Copied::default() };
        assert_eq!(sentence(&copied), "12 files copied (45.3 MB), 3 were there, 0 failed");
        assert_eq!(size(999), "999 bytes");
        assert_eq!(size(1_000), "1.0 KB");
        assert_eq!(size(2_100_000_000), "2.1 GB");
    }
}
