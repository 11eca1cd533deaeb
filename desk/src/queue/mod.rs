//! Work that is kept as rows until it is done.

mod chain;
pub(crate) mod jobs;
mod wake;

pub(crate) use chain::chain;
pub(crate) use wake::Wake;
