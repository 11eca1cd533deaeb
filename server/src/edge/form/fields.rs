//! The fields that forms have: their names, and the refusals that name them.

use protocol::{Code, Field, Refusal, limits};

/// One field's text, in bytes: 20 000 characters of four bytes fit.
pub(super) const FIELD_BYTES: usize = 4 * limits::FORM_TEXT + 4096;

pub(super) fn known(names: &[&'static str], name: &str) -> Option<&'static str> {
    names.iter().copied().find(|known| *known == name)
}

pub(super) fn unreadable(name: &str) -> Refusal {
    Refusal { code: Code::CharacterInvalid, field: field(name), limit: None }
}

pub(super) fn too_long(name: &str) -> Refusal {
    let limit = match name {
        "name" => limits::NAME,
        "email" => limits::EMAIL_BYTES,
        "subject" => limits::SUBJECT,
        "comment" => limits::RATING_COMMENT,
        "page" => limits::PAGE_URL,
        _ => limits::FORM_TEXT,
    };
    Refusal { code: Code::TooLong, field: field(name), limit: Some(limit as u64) }
}

fn field(name: &str) -> Option<Field> {
    Field::from_text(name).ok()
}
