//! What those who run the desk do.

mod agents;
mod backup;
mod mails;
mod removal;
mod restore;
mod sites;

pub use removal::Removal;
pub(crate) use removal::sweep_some;
pub use restore::{Restored, restore};
