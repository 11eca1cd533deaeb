//! Zones from chrono-tz's tables.

use chrono::{DateTime, MappedLocalTime, NaiveDateTime, Offset as _, TimeZone};
use chrono_tz::{GapInfo, Tz};
use protocol::{
    Timestamp,
    schedule::{LocalTime, Offset, Zone},
};

/// A zone as chrono-tz has it. Beyond chrono's range of years the offset is the last within it.
pub(super) struct BuiltIn(Tz);

pub(super) fn find(name: &str) -> Option<BuiltIn> {
    name.parse().ok().map(BuiltIn)
}

impl Zone for BuiltIn {
    fn offset_at(&self, at: Timestamp) -> Offset {
        let utc = at.to_utc().naive_utc();
        Offset(self.0.offset_from_utc_datetime(&utc).fix().local_minus_utc())
    }

    fn instant_of(&self, local: LocalTime) -> Timestamp {
        let wall = DateTime::from_timestamp(local.0, 0)
            .map_or(if local.0 < 0 { NaiveDateTime::MIN } else { NaiveDateTime::MAX }, |wall| {
                wall.naive_utc()
            });
        let seconds_east = match self.0.offset_from_local_datetime(&wall) {
            MappedLocalTime::Single(offset) | MappedLocalTime::Ambiguous(offset, _) => {
                offset.fix().local_minus_utc()
            }
            // The offset before the gap moves the time forward by the gap's length.
            MappedLocalTime::None => GapInfo::new(&wall, &self.0)
                .and_then(|gap| gap.begin)
                .map_or(0, |(_, before)| before.fix().local_minus_utc()),
        };
        Timestamp(local.0.saturating_sub(i64::from(seconds_east)).saturating_mul(1000))
    }
}
