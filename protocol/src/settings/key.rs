//! A site's name in addresses.

use super::text_of;
use crate::{Code, Field, Refusal};
use serde::{Deserialize, Serialize};

/// Longest key, in characters: it stands in every address of the panel.
const LONGEST_KEY: usize = 40;

/// The public name of a site in addresses and in the tag: 1 to 40 of `a-z`, `0-9` and `-`. Never changes.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SiteKey(pub String);

impl SiteKey {
    /// Checks, and changes nothing: a key in other letters is another key, which no site has.
    ///
    /// # Errors
    /// `KeyInvalid`.
    pub fn parse(raw: &str) -> Result<Self, Refusal> {
        let is_plain =
            |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if (1..=LONGEST_KEY).contains(&raw.len()) && raw.bytes().all(is_plain) {
            Ok(Self(raw.to_owned()))
        } else {
            Err(Refusal::of(Field::Key, Code::KeyInvalid).limit(LONGEST_KEY as u64))
        }
    }
}

text_of!(SiteKey);
