//! What pages are read with on the server.

use desk::{Desk, people::Agent};
use protocol::Code;
use std::pin::Pin;

/// Who asks for which path.
#[derive(Clone, Copy)]
pub struct Visit<'a> {
    /// The desk.
    pub desk: &'a Desk,
    /// The agent who is signed in.
    pub agent: &'a Agent,
    /// The path of the address.
    pub path: &'a str,
}

/// What was read for a page.
pub struct Loaded<T> {
    /// What the page starts from.
    pub start: T,
    /// Whether what the address names is there; else the answer's status is 404.
    pub is_found: bool,
}

/// Reads what a page starts from.
pub type Load<T> =
    for<'a> fn(Visit<'a>) -> Pin<Box<dyn Future<Output = desk::Result<Loaded<T>>> + Send + 'a>>;

impl<T> Loaded<T> {
    /// A page that shows what its address names.
    pub fn found(start: T) -> Self {
        Self { start, is_found: true }
    }

    /// A page that says that there is nothing at its address.
    pub fn not_found(start: T) -> Self {
        Self { start, is_found: false }
    }

    /// The same, with the start as another type.
    pub fn map<U>(self, into: impl FnOnce(T) -> U) -> Loaded<U> {
        Loaded { start: into(self.start), is_found: self.is_found }
    }
}

/// What the desk answered; none when it is not there or not for this agent, which a page shows and which is no fault.
///
/// # Errors
/// Any other error of the desk's.
pub fn if_there<T>(answer: desk::Result<T>) -> desk::Result<Option<T>> {
    match answer {
        Ok(found) => Ok(Some(found)),
        Err(error) if matches!(error.refusal().code, Code::NotFound | Code::Forbidden) => Ok(None),
        Err(error) => Err(error),
    }
}
