//! Work that is kept as rows until it is done.

pub(crate) mod jobs;
