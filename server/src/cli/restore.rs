//! `ayuda restore FILE`.

use super::{
    open::{in_words, open},
    out::say,
};
use crate::settings::Settings;
use clap::Args;
use desk::tickets::files::FilesPlace;
use std::path::{Path, PathBuf};

#[derive(Args, Debug)]
pub(super) struct RestoreArgs {
    /// What `ayuda backup` made
    file: PathBuf,
}

pub(super) async fn run(args: RestoreArgs, settings: &Settings) -> anyhow::Result<()> {
    let public = settings.public_url_on(settings.listen.port());
    let restored =
        desk::restore(&settings.desk_options(&public), &args.file).await.map_err(in_words)?;
    // A copy by a newer version, or one that is damaged, is found now rather than when somebody needs it.
    let desk = open(settings).await?;
    let sites = desk.sites().len();
    desk.close().await;
    match (&settings.files, restored.not_in_bucket.as_deref().map(Path::display)) {
        (Some(bucket @ FilesPlace::Bucket(_)), Some(folder)) => say!(
            "Its files are in {folder} and not in {bucket}: `ayuda files copy {folder} {bucket}` copies them."
        ),
        (Some(bucket @ FilesPlace::Bucket(_)), None) => {
            say!("It held no files; those in {bucket} are as they are.");
        }
        _ => {}
    }
    say!(
        "{} is restored into {}: {sites} {}. `ayuda serve` serves it.",
        args.file.display(),
        settings.data_dir.display(),
        if sites == 1 { "site" } else { "sites" },
    );
    Ok(())
}
