//! What an agent looks like.

use super::text_of;
use crate::{Code, Field, Refusal, limits};
use serde::{Deserialize, Serialize};
use url::Url;

/// The address of an agent's picture, of https: browsers fetch it from there. Spelled as they do, in ASCII, at most
/// [`limits::PICTURE_URL_BYTES`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Picture(String);

impl Picture {
    /// Trims and checks. An address with a user or a password is refused: whoever sees the picture would see them.
    ///
    /// # Errors
    /// `Required`, `PictureInvalid`, `TooLong`.
    pub fn parse(raw: &str) -> Result<Self, Refusal> {
        let text = raw.trim();
        if text.is_empty() {
            return Err(Refusal::of(Field::Picture, Code::Required));
        }
        let url = read(text).ok_or(Refusal::of(Field::Picture, Code::PictureInvalid))?;
        if url.as_str().len() > limits::PICTURE_URL_BYTES {
            let most = limits::PICTURE_URL_BYTES as u64;
            return Err(Refusal::of(Field::Picture, Code::TooLong).limit(most));
        }
        Ok(Self(url.into()))
    }
}

fn read(text: &str) -> Option<Url> {
    // Browsers quietly leave some of these out, and take a backslash for a slash.
    let is_odd = |c: char| c.is_whitespace() || c.is_control() || c == '\\';
    let (scheme, rest) = text.split_once("://")?;
    if !scheme.eq_ignore_ascii_case("https") || rest.starts_with('/') || text.contains(is_odd) {
        return None;
    }
    let url = Url::parse(text).ok()?;
    (url.username().is_empty() && url.password().is_none()).then_some(url)
}

text_of!(Picture);
