//! Stored files from one place to another, while a desk works with either. Nothing is deleted, and nothing is copied
//! twice: whoever was interrupted begins again.

use super::store::{FOLDERS, FilesPlace, Store};
use crate::{Error, OpenError, Result};
use futures_util::{StreamExt, stream};
use std::{collections::BTreeMap, io::ErrorKind};

/// Files that are copied side by side.
const AT_ONCE: usize = 4;
/// After so many that failed nobody tries the rest: the place is what is wrong.
const FAILURES: usize = 20;

/// What became of a copy, so far or in the end.
#[derive(Debug, Default)]
pub struct Copied {
    /// Files that were copied.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Files that were there before, with the same length.
    pub were_there: u64,
    /// Names of those that failed, and why.
    pub failed: Vec<(String, Error)>,
    /// The rest was not tried any more, for so many had failed.
    pub was_given_up: bool,
}

/// What becomes of one file.
enum Outcome {
    Copied(u64),
    /// Its message was deleted meanwhile.
    Gone,
    Failed(String, Error),
}

/// Copies every stored file that is not in `to`, or is there with another length: what has a name never changes. `tell`
/// hears how far it is after each file.
///
/// # Errors
/// A place cannot be listed; single files are in [`Copied::failed`].
pub async fn copy(
    from: &FilesPlace,
    to: &FilesPlace,
    mut tell: impl FnMut(&Copied),
) -> std::result::Result<Copied, CopyError> {
    let (from, to) = (Store::open(from)?, Store::open(to)?);
    // A store without a folder is an empty one; what somebody wants copied is there.
    if from.folder().is_some_and(|folder| !folder.is_dir()) {
        return Err(CopyError::From(Error::File(ErrorKind::NotFound.into())));
    }
    let mut copied = Copied::default();
    // Folder by folder: the names of one at a time are in memory.
    for folder in FOLDERS.map(|folder| format!("{folder:02x}")) {
        let wanted = from.list(&folder).await.map_err(CopyError::From)?;
        if wanted.is_empty() {
            continue;
        }
        let there = to.list(&folder).await.map_err(CopyError::To)?;
        let missing = missing(&wanted, &there);
        copied.were_there += (wanted.len() - missing.len()) as u64;
        let work = missing.into_iter().map(|name| copy_one(&from, &to, name));
        let mut outcomes = stream::iter(work).buffer_unordered(AT_ONCE);
        while let Some(outcome) = outcomes.next().await {
            match outcome {
                Outcome::Copied(bytes) => {
                    copied.files += 1;
                    copied.bytes += bytes;
                }
                Outcome::Gone => {}
                Outcome::Failed(name, error) => copied.failed.push((name, error)),
            }
            tell(&copied);
            if copied.failed.len() >= FAILURES {
                copied.was_given_up = true;
                return Ok(copied);
            }
        }
    }
    Ok(copied)
}

/// Why there was nothing to copy from or to.
#[derive(Debug, thiserror::Error)]
pub enum CopyError {
    #[error("what is there to copy cannot be listed")]
    From(#[source] Error),
    #[error("what is there already cannot be listed")]
    To(#[source] Error),
    #[error(transparent)]
    Open(#[from] OpenError),
}

fn missing<'a>(
    wanted: &'a BTreeMap<String, u64>,
    there: &BTreeMap<String, u64>,
) -> Vec<&'a String> {
    let is_missing = |(name, bytes): &(&String, &u64)| there.get(*name) != Some(*bytes);
    wanted.iter().filter(is_missing).map(|(name, _)| name).collect()
}

async fn copy_one(from: &Store, to: &Store, name: &str) -> Outcome {
    match try_copy(from, to, name).await {
        Ok(bytes) => bytes.map_or(Outcome::Gone, Outcome::Copied),
        Err(error) => Outcome::Failed(name.to_owned(), error),
    }
}

/// Answers how long the file is; none when it is gone.
async fn try_copy(from: &Store, to: &Store, name: &str) -> Result<Option<u64>> {
    let content = match from.get(name).await {
        Err(Error::File(error)) if error.kind() == ErrorKind::NotFound => return Ok(None),
        content => content?,
    };
    let bytes = content.bytes;
    to.put(name, content).await?;
    Ok(Some(bytes))
}
