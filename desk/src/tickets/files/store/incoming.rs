//! Files that are being written.

use crate::private;
use std::path::{Path, PathBuf};
use tokio::fs::{File, OpenOptions};

/// The folder of uploads under way, beside the stored files.
pub const INCOMING: &str = "incoming";

/// A file that is being written; dropped, it is gone, unless it was moved.
#[derive(Debug)]
pub struct Incoming(PathBuf);

impl Incoming {
    /// A new file in this folder, for its owner alone; the folder is made where it is not there.
    pub(crate) async fn create(folder: PathBuf, name: &str) -> std::io::Result<(Self, File)> {
        let path = folder.join(name);
        private::make_folder_in_background(folder).await?;
        let mut options = private::file_options();
        options.write(true).create_new(true);
        let file = OpenOptions::from(options).open(&path).await?;
        Ok((Self(path), file))
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Incoming {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}
