//! What the server answers to requests that are no frames.

use super::{json, state::FormAnswer};
use protocol::{Code, Refusal, file::Attachment, form::Started, problem::Problem};

/// The answer to a posted form.
pub fn to_form(text: &str) -> FormAnswer {
    match json::read::<Started>(text) {
        Some(started) => FormAnswer::Started(started),
        None if text.is_empty() => FormAnswer::Silence,
        None => FormAnswer::Refused(refusal(text)),
    }
}

/// The answer to an upload.
pub fn to_upload(text: &str) -> Result<Attachment, Refusal> {
    json::read::<Attachment>(text).ok_or_else(|| refusal(text))
}

/// Why a request was refused; a passing fault when the answer does not say.
fn refusal(text: &str) -> Refusal {
    match json::read::<Problem>(text) {
        Some(problem) => problem.refusal(),
        None => Refusal::new(Code::TryAgain),
    }
}
