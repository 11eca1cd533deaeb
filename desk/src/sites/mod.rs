//! Sites, their settings and queues. Read on every request, so they are kept in memory and read again when their
//! revision changes, also by another process.

pub(crate) mod file;
mod for_agent;
mod row;
pub(crate) mod secret;
mod site;
mod snapshot;
pub(crate) mod states;

pub use file::SiteFileError;
pub use site::{Queue, Site};
pub(crate) use snapshot::{AccessChanges, Sites, Staff};
