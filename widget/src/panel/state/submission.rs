//! A form on its way, and its answer.

use crate::page::{Form, Typed};
use protocol::{Refusal, form::Started};

/// Counts the forms that a document posted; none is used twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SubmissionId(pub(super) u32);

/// A form as it was posted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Submission {
    pub(super) id: SubmissionId,
    /// Which form.
    pub form: Form,
    /// What was typed into it.
    pub(super) typed: Typed,
    /// The host page that went with it.
    pub(super) page: Option<String>,
}

/// What a posted form is answered with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FormAnswer {
    /// A ticket exists.
    Started(Started),
    /// Nothing was made.
    Refused(Refusal),
    /// Nobody answered.
    Silence,
}
