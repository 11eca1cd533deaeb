//! The page that a form was sent from.

use crate::Result;
use protocol::{Code, Field, Refusal, limits};

/// Refuses what is too long for an address, or holds a NUL character.
pub(super) fn check_page(page: Option<&str>) -> Result<()> {
    match page {
        Some(page) if page.contains('\0') => {
            Err(Refusal::of(Field::Page, Code::CharacterInvalid).into())
        }
        Some(page) if page.chars().nth(limits::PAGE_URL).is_some() => {
            Err(Refusal::of(Field::Page, Code::TooLong).limit(limits::PAGE_URL as u64).into())
        }
        _ => Ok(()),
    }
}
