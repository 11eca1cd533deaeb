//! What a site's ticket numbers begin with.

use super::{SiteKey, text_of};
use crate::{Code, Field, Refusal, TicketNumber};
use serde::{Deserialize, Serialize};

/// Longest prefix, in characters: people say the number on the telephone.
const LONGEST_PREFIX: usize = 8;
/// Characters of the prefix that a key gives.
const OF_KEY: usize = 3;

/// `CO` in `CO-1042`: 1 to 8 of `A-Z` and `0-9`, the first a letter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Prefix(String);

impl Prefix {
    /// Checks.
    ///
    /// # Errors
    /// `PrefixInvalid`.
    pub fn parse(raw: &str) -> Result<Self, Refusal> {
        let is_plain = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit();
        let valid = (1..=LONGEST_PREFIX).contains(&raw.len())
            && raw.bytes().all(is_plain)
            && raw.starts_with(|c: char| c.is_ascii_uppercase());
        if valid {
            Ok(Self(raw.to_owned()))
        } else {
            Err(Refusal::of(Field::Prefix, Code::PrefixInvalid).limit(LONGEST_PREFIX as u64))
        }
    }

    /// What a site has until its owner says otherwise: `CUE` of `cuentasok`, `T` of a key without letters.
    pub fn of_key(key: &SiteKey) -> Self {
        let letters: String = key
            .as_str()
            .chars()
            .skip_while(|c| !c.is_ascii_alphabetic())
            .filter(char::is_ascii_alphanumeric)
            .take(OF_KEY)
            .collect();
        Self(if letters.is_empty() { "T".to_owned() } else { letters.to_ascii_uppercase() })
    }

    /// A ticket's number: `CO-1042`.
    pub fn number(&self, number: i64) -> TicketNumber {
        TicketNumber(format!("{}-{number}", self.0))
    }
}

text_of!(Prefix);
