//! Files in a folder of this machine, or of one that others share: 0600 in folders of 0700, and there after a power cut
//! once they are stored. The library that speaks to buckets knows folders too, but promises neither.

use super::{
    content::Content,
    incoming::{INCOMING, Incoming},
    name::{is_one, key, random_name},
};
use crate::private;
use std::{
    collections::BTreeMap,
    io::{self, ErrorKind},
    path::{Path, PathBuf},
};
use tokio::{fs, io::AsyncWriteExt};

/// Bytes that are written at once.
const PART: u64 = 256 * 1024;

/// The folder.
pub(crate) struct Folder(pub(super) PathBuf);

impl Folder {
    fn path_of(&self, name: &str) -> PathBuf {
        self.0.join(key(name))
    }

    /// Gives a synced file of the same disk its place.
    pub(super) async fn keep(&self, incoming: &Path, name: &str) -> io::Result<()> {
        let path = self.path_of(name);
        if let Some(folder) = path.parent() {
            private::make_folder_in_background(folder.to_owned()).await?;
        }
        private::rename_in_background(incoming.to_owned(), path).await
    }

    pub(super) async fn put(&self, name: &str, content: Content) -> io::Result<()> {
        let folder = self.0.join(INCOMING);
        let (incoming, mut file) = Incoming::create(folder, &random_name()).await?;
        let mut parts = content.in_parts_of(PART);
        while !parts.is_at_end() {
            file.write_all(&parts.next().await?).await?;
        }
        file.sync_all().await?;
        self.keep(incoming.path(), name).await
    }

    pub(super) async fn get(&self, name: &str) -> io::Result<Content> {
        Content::of_file(&self.path_of(name)).await
    }

    pub(super) async fn delete(&self, names: &[String]) -> io::Result<()> {
        for name in names {
            match fs::remove_file(self.path_of(name)).await {
                Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
        Ok(())
    }

    pub(super) async fn list(&self, folder: &str) -> io::Result<BTreeMap<String, u64>> {
        let mut found = BTreeMap::new();
        let mut entries = match fs::read_dir(self.0.join(folder)).await {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(found),
            entries => entries?,
        };
        while let Some(entry) = entries.next_entry().await? {
            let Ok(name) = entry.file_name().into_string() else { continue };
            if is_one(&name, folder) {
                match entry.metadata().await {
                    // It went away meanwhile.
                    Err(error) if error.kind() == ErrorKind::NotFound => {}
                    about => drop(found.insert(name, about?.len())),
                }
            }
        }
        Ok(found)
    }
}
