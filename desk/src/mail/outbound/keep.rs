//! Without a relay: mails as `.eml` files, for people to open and for tests to read.

use crate::private;
use protocol::{MailId, Timestamp};
use std::path::{Path, PathBuf};
use tokio::{fs, io::AsyncWriteExt};

/// Where a mail is kept. The same mail has the same name: written twice, it is there once.
pub(super) fn path(folder: &Path, id: MailId, created_at: Timestamp) -> PathBuf {
    folder.join(format!("{}-{id}.eml", created_at.to_utc().format("%Y%m%dT%H%M%SZ")))
}

/// Writes it whole or not at all.
pub(super) async fn keep(
    folder: &Path,
    id: MailId,
    created_at: Timestamp,
    bytes: &[u8],
) -> std::io::Result<()> {
    private::make_folder_in_background(folder.to_owned()).await?;
    let unfinished = folder.join(format!(".{id}.part"));
    let mut options = private::file_options();
    options.write(true).create(true).truncate(true);
    let mut file = fs::OpenOptions::from(options).open(&unfinished).await?;
    file.write_all(bytes).await?;
    file.sync_all().await?;
    private::rename_in_background(unfinished, path(folder, id, created_at)).await
}
