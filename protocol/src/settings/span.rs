//! Spans of time as people write them: `20s`, `3m`, `1h30m`, `2d`, `500ms`.

use crate::{Code, Field, Refusal};
use std::{fmt, time::Duration};

/// Milliseconds of each unit, the largest first.
const UNITS: [(&str, u64); 5] =
    [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1)];

/// A span of time in whole milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span(u64);

impl Span {
    /// So many milliseconds.
    pub const fn from_millis(millis: u64) -> Self {
        Self(millis)
    }

    /// So many days.
    pub const fn from_days(days: u64) -> Self {
        Self(days * UNITS[0].1)
    }

    /// Milliseconds.
    pub const fn millis(self) -> u64 {
        self.0
    }

    /// As [`Span::parse`] reads it. Without `format!`, whose machinery the panel does without.
    pub fn text(self) -> String {
        if self.0 == 0 {
            return "0s".to_owned();
        }
        let mut text = String::new();
        let mut left = self.0;
        for (unit, size) in UNITS {
            if left >= size {
                text.push_str(&(left / size).to_string());
                text.push_str(unit);
                left %= size;
            }
        }
        text
    }

    /// Reads a span for a field. Units go from large to small, each at most once.
    ///
    /// # Errors
    /// `Required`, `SpanInvalid`.
    pub fn parse(raw: &str, field: Field) -> Result<Self, Refusal> {
        match raw.trim() {
            "" => Err(Refusal::of(field, Code::Required)),
            text => Self::read(text).ok_or(Refusal::of(field, Code::SpanInvalid)),
        }
    }

    /// Reads a span that is no field's; none: it is none.
    pub fn read(text: &str) -> Option<Self> {
        read(text).map(Self)
    }
}

fn read(text: &str) -> Option<u64> {
    let mut rest = text;
    let mut total: u64 = 0;
    let mut from = 0;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit())?;
        let number: u64 = rest[..digits].parse().ok()?;
        rest = &rest[digits..];
        let letters = rest.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(rest.len());
        let place = UNITS[from..].iter().position(|(unit, _)| *unit == &rest[..letters])? + from;
        total = total.checked_add(number.checked_mul(UNITS[place].1)?)?;
        rest = &rest[letters..];
        from = place + 1;
    }
    Some(total)
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text())
    }
}

impl From<Span> for Duration {
    fn from(span: Span) -> Self {
        Self::from_millis(span.0)
    }
}

impl From<Duration> for Span {
    /// Cut to whole milliseconds; what is longer than a `u64` holds is the longest.
    fn from(length: Duration) -> Self {
        Self(u64::try_from(length.as_millis()).unwrap_or(u64::MAX))
    }
}
