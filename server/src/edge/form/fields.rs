//! The fields that forms have: their names, and the refusals that name them.

use protocol::{Code, Refusal};

/// As much of one field's text is read, in bytes. Far more than any may hold: what is too long comes back to
/// whoever wrote it.
pub(super) const FIELD_BYTES: usize = 1024 * 1024;

pub(super) fn known(names: &[&'static str], name: &str) -> Option<&'static str> {
    names.iter().copied().find(|known| *known == name)
}

pub(super) fn unreadable(name: &str) -> Refusal {
    Refusal::named(name, Code::CharacterInvalid)
}

pub(super) fn unknown(name: &str) -> Refusal {
    Refusal::named(name, Code::FieldUnknown)
}
