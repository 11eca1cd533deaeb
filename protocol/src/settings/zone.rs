//! The time zone that opening hours are in.

use crate::{Code, Field, Refusal, schedule::ZoneSource};
use std::fmt;

/// The name of a zone of the time-zone database, spelled as there: `America/Bogota`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ZoneName(String);

impl ZoneName {
    /// Checks against the zone data in use.
    ///
    /// # Errors
    /// `Required`, `ZoneUnknown`.
    pub fn parse(raw: &str, zones: &dyn ZoneSource) -> Result<Self, Refusal> {
        let refused = |code| Err(Refusal::of(Field::Zone, code));
        match raw {
            "" => refused(Code::Required),
            name if zones.knows_zone(name) => Ok(Self(name.to_owned())),
            _ => refused(Code::ZoneUnknown),
        }
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ZoneName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}
