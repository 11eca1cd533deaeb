//! The writer: what many people write at once goes into one transaction, so that one flush to disk serves them all.
//!
//! It drains its queue, writes all of it with one statement per kind, commits, and only then answers each sender. A
//! command that is wrong alone is refused alone. Nothing that is acknowledged is ever only in memory.

mod batch;
mod cache;
mod command;
mod entries;
mod fast_path;
mod handle;
mod locks;
mod messages;
mod read_marks;
mod run;
mod starts;
mod turns;

pub(crate) use command::{Post, Posted, ReadMark, Sender, Start};
pub(crate) use handle::Writer;
pub(crate) use run::spawn;
pub(crate) use starts::numbers;
pub use turns::{Turn, Turns};
