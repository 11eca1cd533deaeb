//! Where a page may come from.

use super::ListItem;
use crate::{Code, Field, Refusal};
use serde::{Deserialize, Serialize};
use std::fmt;
use url::{Host, Url};

/// Longest domain, in bytes (RFC 1035, 2.3.4, as text).
const DOMAIN: usize = 253;
/// Longest part of a domain between two dots, in bytes (the same).
const LABEL: usize = 63;

/// An origin as a browser's `Origin` header spells it: `https://xn--nio-8ma.example`, lower case, without path and
/// default port.
///
/// An owner may write a domain in its own letters (`https://niño.example`): it is taken as UTS 46 has it, as browsers
/// do, and is shown both ways.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Origin(String);

impl Origin {
    /// Reads an origin of http or https; one slash at its end is no path.
    ///
    /// # Errors
    /// `Required`, `OriginInvalid`.
    pub fn parse(raw: &str) -> Result<Self, Refusal> {
        let text = raw.trim();
        if text.is_empty() {
            return Err(Refusal::of(Field::Origins, Code::Required));
        }
        read(text).ok_or(Refusal::of(Field::Origins, Code::OriginInvalid))
    }

    /// As browsers send it, in ASCII.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// In the domain's own letters, where that differs and means the same.
    pub fn readable(&self) -> Option<String> {
        let readable = Url::parse(&self.0).ok()?.origin().unicode_serialization();
        let is_same = read(&readable).as_ref() == Some(self);
        (readable != self.0 && is_same).then_some(readable)
    }
}

fn read(text: &str) -> Option<Origin> {
    let (scheme, rest) = text.split_once("://")?;
    if !["http", "https"].iter().any(|known| scheme.eq_ignore_ascii_case(known)) {
        return None;
    }
    // What a URL may have besides an origin, and what browsers quietly leave out of one.
    let rest = rest.strip_suffix('/').unwrap_or(rest);
    let is_left_out = |c: char| c.is_whitespace() || c.is_control();
    if rest.ends_with(':')
        || rest.contains(['/', '\\', '?', '#', '@', '%'])
        || rest.contains(is_left_out)
    {
        return None;
    }
    let url = Url::parse(text).ok()?;
    let has_host = match url.host()? {
        // Browsers also take `*` and the like for a name, which an owner would take for a pattern.
        Host::Domain(name) => {
            let mut labels = name.strip_suffix('.').unwrap_or(name).split('.');
            name.len() <= DOMAIN
                && labels.all(|label| (1..=LABEL).contains(&label.len()))
                && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._".contains(&b))
        }
        Host::Ipv4(_) | Host::Ipv6(_) => true,
    };
    (has_host && url.port() != Some(0)).then(|| Origin(url.origin().ascii_serialization()))
}

impl ListItem for Origin {
    const FIELD: Field = Field::Origins;

    fn parse(raw: &str) -> Result<Self, Refusal> {
        Self::parse(raw)
    }
}

impl TryFrom<String> for Origin {
    type Error = Refusal;
    fn try_from(raw: String) -> Result<Self, Refusal> {
        Self::parse(&raw)
    }
}

impl From<Origin> for String {
    fn from(origin: Origin) -> Self {
        origin.0
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}
