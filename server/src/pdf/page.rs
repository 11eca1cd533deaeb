//! A page, or why there is none.

/// A page that was drawn.
#[derive(Debug)]
pub(crate) struct Page {
    /// A PNG of at most 1400 pixels a side.
    pub(crate) png: Vec<u8>,
    /// How many pages the file has.
    pub(crate) pages: u32,
}

/// Why there is no picture of a page.
#[derive(Debug)]
pub(crate) enum Undrawn {
    /// The file asks for a password.
    Protected,
    /// It is no PDF, broken, too large, or takes more memory or time than a page may.
    NotShown,
    /// The file has no page of this number.
    NoSuchPage,
    /// Too many wait already, or this machine has too much to do.
    Busy,
    /// The file's bytes could not be read.
    File(desk::Error),
    /// The process could not be started, or could not limit itself.
    Process(std::io::Error),
}
