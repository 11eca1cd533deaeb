//! `ayuda backup FILE`.

use super::{
    open::{in_words, open},
    out::say,
};
use crate::settings::Settings;
use clap::Args;
use desk::tickets::files::FilesPlace;
use std::path::PathBuf;

#[derive(Args, Debug)]
pub(super) struct BackupArgs {
    /// Where the copy goes; it must not be there yet
    file: PathBuf,
}

pub(super) async fn run(args: BackupArgs, settings: &Settings) -> anyhow::Result<()> {
    let desk = open(settings).await?;
    let outcome = desk.backup(&args.file).await.map_err(in_words);
    desk.close().await;
    outcome?;
    say!("{}", args.file.display());
    if let Some(bucket @ FilesPlace::Bucket(_)) = &settings.files {
        say!(
            "It holds the database and the key, and no files: those are in {bucket}. `ayuda files copy {bucket} FOLDER` copies them."
        );
    }
    Ok(())
}
