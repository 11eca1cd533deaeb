//! Where files lie.

use crate::Desk;
use std::path::PathBuf;

/// Uploads under way, beside the stored files.
pub(crate) const INCOMING: &str = "incoming";

/// Where a stored file is; the first two characters are its folder.
pub(crate) fn path_of(desk: &Desk, stored_name: &str) -> PathBuf {
    let folder = stored_name.get(..2).unwrap_or("00");
    folder_of(desk).join(folder).join(stored_name)
}

pub(crate) fn folder_of(desk: &Desk) -> PathBuf {
    desk.options().data_dir.join("files")
}
