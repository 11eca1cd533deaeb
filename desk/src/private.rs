//! Folders and files that only their owner reads, whatever the umask: 0700 and 0600 (`reliability.md`, "Nobody where
//! they don't belong"). On systems without modes the folder's own rules hold.
//!
//! A name outlives a power cut once its folder is synced ("Nothing lost"): [`make_folder`], [`rename`] and
//! [`sync_name`] see to it.

use std::{
    fs::{self, DirBuilder, OpenOptions},
    io,
    path::{Path, PathBuf},
};

/// What a new file is opened with.
pub fn file_options() -> OpenOptions {
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Makes a folder and those above it that are not there.
pub fn make_folder(path: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    let missing =
        path.ancestors().take_while(|path| !path.as_os_str().is_empty() && !path.exists());
    let missing: Vec<&Path> = missing.collect();
    match builder.recursive(true).create(path) {
        // What has the name may be no folder: reading it says so.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => drop(fs::read_dir(path)?),
        made => made?,
    }
    missing.into_iter().try_for_each(sync_name)
}

/// The same from a task of the runtime.
pub(crate) async fn make_folder_in_background(path: PathBuf) -> io::Result<()> {
    tokio::task::spawn_blocking(move || make_folder(&path)).await.map_err(io::Error::other)?
}

/// Gives a finished file its name for good, in a folder that is there.
pub(crate) fn rename(from: &Path, to: &Path) -> io::Result<()> {
    fs::rename(from, to)?;
    sync_name(to)
}

/// The same from a task of the runtime.
pub(crate) async fn rename_in_background(from: PathBuf, to: PathBuf) -> io::Result<()> {
    tokio::task::spawn_blocking(move || rename(&from, &to)).await.map_err(io::Error::other)?
}

/// Syncs the folder that this name was put into.
#[cfg(unix)]
pub(crate) fn sync_name(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    fs::File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}

/// Other systems sync no folders.
#[cfg(not(unix))]
pub(crate) fn sync_name(_: &Path) -> io::Result<()> {
    Ok(())
}

/// Makes a file that is not there, without content, and tightens one that is.
pub(crate) fn make_file(path: &Path) -> io::Result<()> {
    file_options().append(true).create(true).open(path)?;
    tighten(path);
    sync_name(path)
}

/// Takes a file or a folder away from everybody but its owner. What is not there or not ours to change stays: the log
/// says so.
pub(crate) fn tighten(path: &Path) {
    match fs::metadata(path).and_then(|about| tighten_known(path, &about)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => {
            tracing::warn!(path = %path.display(), %error, "others may be able to read this");
        }
        Ok(()) => {}
    }
}

/// The same for a folder and everything in it. A folder that is its owner's alone already is left out, with what is in
/// it: nobody else comes that far. The folder itself is the last, so that who is interrupted begins anew.
pub(crate) fn tighten_all(folder: &Path) {
    if !fs::metadata(folder).is_ok_and(|about| is_open(&about)) {
        return;
    }
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        match entry.file_type() {
            Ok(kind) if kind.is_dir() => tighten_all(&entry.path()),
            Ok(kind) if kind.is_file() => tighten(&entry.path()),
            // What a link leads to is not ours.
            _ => {}
        }
    }
    tighten(folder);
}

/// Whether others than the owner have any right.
#[cfg(unix)]
fn is_open(about: &fs::Metadata) -> bool {
    std::os::unix::fs::PermissionsExt::mode(&about.permissions()) & 0o077 != 0
}

#[cfg(not(unix))]
fn is_open(_: &fs::Metadata) -> bool {
    false
}

#[cfg(unix)]
fn tighten_known(path: &Path, about: &fs::Metadata) -> io::Result<()> {
    if !is_open(about) {
        return Ok(());
    }
    let mode = if about.is_dir() { 0o700 } else { 0o600 };
    fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(mode))
}

#[cfg(not(unix))]
fn tighten_known(_: &Path, _: &fs::Metadata) -> io::Result<()> {
    Ok(())
}
