//! Sites, their settings and queues. Read on every request, so they are kept in memory and read again when their
//! revision changes, also by another process.

pub(crate) mod file;
mod for_agent;
pub(crate) mod lists;
mod row;
pub(crate) mod secret;
mod site;
mod snapshot;

pub use file::SiteFileError;
pub use lists::{Item, Lists};
pub use site::{Queue, Site};
pub(crate) use snapshot::{AccessChanges, Sites, Staff};
