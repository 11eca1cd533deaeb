//! Where stored files are: a folder, or a bucket that speaks S3. Names and content are the same in both; who stores,
//! reads and deletes files does not know which it is.

mod bucket;
mod client;
mod content;
mod folder;
mod incoming;
mod name;
mod place;

pub use content::Content;
pub use incoming::{INCOMING, Incoming};
pub(super) use name::FOLDERS;
pub use name::random_name;
pub use place::{FilesPlace, FilesPlaceError};

use crate::{Desk, Error, OpenError, Result};
use bucket::Bucket;
use folder::Folder;
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

/// An open [`FilesPlace`].
pub(crate) enum Store {
    Folder(Folder),
    Bucket(Box<Bucket>),
}

impl Store {
    /// Asks nobody anything: a bucket that does not answer is found by whoever wants something of it.
    pub(crate) fn open(place: &FilesPlace) -> std::result::Result<Self, OpenError> {
        Ok(match place {
            FilesPlace::Folder(folder) => Self::Folder(Folder(folder.clone())),
            FilesPlace::Bucket(place) => Self::Bucket(Box::new(Bucket::open(place)?)),
        })
    }

    /// The folder; none where it is a bucket.
    pub(crate) fn folder(&self) -> Option<&Path> {
        match self {
            Self::Folder(folder) => Some(&folder.0),
            Self::Bucket(_) => None,
        }
    }

    /// Stores a finished file of [`Desk::incoming`], synced, under a name that nothing has.
    ///
    /// # Errors
    /// `FileStore` where the bucket does not take it within about half a minute a part; no part of it stays there.
    pub(crate) async fn keep(&self, incoming: &Path, name: &str) -> Result<()> {
        match self {
            Self::Folder(folder) => folder.keep(incoming, name).await.map_err(io),
            Self::Bucket(bucket) => bucket.put(name, Content::of_file(incoming).await?).await,
        }
    }

    /// Stores what comes, as long as it said that it is; what breaks off leaves nothing.
    pub(crate) async fn put(&self, name: &str, content: Content) -> Result<()> {
        match self {
            Self::Folder(folder) => folder.put(name, content).await.map_err(io),
            Self::Bucket(bucket) => bucket.put(name, content).await,
        }
    }

    /// What is stored under a name. Whoever drops it ends the reading.
    ///
    /// # Errors
    /// `File` with `NotFound` where there is nothing; `FileStore`.
    pub(crate) async fn get(&self, name: &str) -> Result<Content> {
        match self {
            Self::Folder(folder) => Ok(folder.get(name).await?),
            Self::Bucket(bucket) => bucket.get(name).await,
        }
    }

    /// Deletes all of these. What is not there is no error.
    pub(crate) async fn delete(&self, names: &[String]) -> Result<()> {
        match self {
            Self::Folder(folder) => Ok(folder.delete(names).await?),
            Self::Bucket(bucket) => bucket.delete(names).await,
        }
    }

    /// The same where that keeps nobody waiting; a bucket's are left to the job that was noted.
    pub(crate) async fn delete_at_hand(&self, names: &[String]) -> Result<()> {
        match self {
            Self::Folder(_) => self.delete(names).await,
            Self::Bucket(_) => Ok(()),
        }
    }

    /// Names and bytes of what one of the [`FOLDERS`] holds, without what is not named like a file of ours.
    pub(crate) async fn list(&self, folder: &str) -> Result<BTreeMap<String, u64>> {
        match self {
            Self::Folder(stored) => Ok(stored.list(folder).await?),
            Self::Bucket(bucket) => bucket.list(folder).await,
        }
    }

    /// Stores something, reads it back and deletes it.
    pub(crate) async fn probe(&self) -> Result<()> {
        let name = random_name();
        self.put(&name, Content::of_bytes(name.clone().into())).await?;
        let read = match self.get(&name).await {
            Ok(content) => content.read().await.map_err(Error::FileStore),
            Err(error) => Err(error),
        };
        self.delete(std::slice::from_ref(&name)).await?;
        if read? == name.as_bytes() {
            return Ok(());
        }
        Err(Error::FileStore(std::io::Error::other("what is read is not what was written")))
    }
}

impl Desk {
    /// Where uploads lie until what is in them is known: on the disk of the folder that they go to, or in the data
    /// folder.
    pub(super) fn incoming(&self) -> PathBuf {
        let folder = self.0.files.folder().map(Path::to_owned);
        folder
            .unwrap_or_else(|| FilesPlace::default_folder(&self.options().data_dir))
            .join(INCOMING)
    }
}

/// A full disk is told apart: the client keeps its file and tries later.
pub(super) fn io(error: std::io::Error) -> Error {
    match error.kind() {
        std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => Error::StorageFull,
        _ => Error::File(error),
    }
}
