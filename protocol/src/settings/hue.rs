//! A site's colour.

use crate::{Code, Field, Refusal};
use serde::{Deserialize, Serialize};
use std::fmt;

/// The brand's hue in degrees, 0 to 360, as CSS has it in `oklch()`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "u16", into = "u16")]
pub struct Hue(u16);

impl Hue {
    /// A whole turn.
    pub const MAX_DEGREES: u16 = 360;

    /// Checks.
    ///
    /// # Errors
    /// `TooLarge`.
    pub fn new(degrees: u64) -> Result<Self, Refusal> {
        match u16::try_from(degrees) {
            Ok(degrees) if degrees <= Self::MAX_DEGREES => Ok(Self(degrees)),
            _ => Err(Refusal::of(Field::Hue, Code::TooLarge).limit(Self::MAX_DEGREES.into())),
        }
    }

    /// Degrees, 0 to 360.
    pub fn degrees(self) -> u16 {
        self.0
    }
}

impl TryFrom<u16> for Hue {
    type Error = Refusal;
    fn try_from(degrees: u16) -> Result<Self, Refusal> {
        Self::new(degrees.into())
    }
}

impl From<Hue> for u16 {
    fn from(hue: Hue) -> Self {
        hue.0
    }
}

impl fmt::Display for Hue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
