//! Tickets and what is on them: the entries, the files, and the row that a transaction holds while it changes one.

pub(crate) mod entries;
pub mod files;
mod locked;
mod serving;
pub(crate) mod transcript;

pub(crate) use locked::{ChatHead, ChatState, Head, Known};
