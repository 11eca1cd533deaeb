//! A time zone as the schedule needs it: which offset is in force, and what a local time means as an instant.

use crate::Timestamp;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

const DAY: i64 = 86_400;
/// The days from 0001-01-01 to 1970-01-01.
const DAYS_BEFORE_1970: i64 = 719_163;
/// Further than any zone has ever been, or jumped, away from UTC.
const REACH: i64 = 2 * DAY;

/// Seconds east of UTC.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Offset(pub i32);

/// What a clock on the wall shows: seconds since 1970-01-01 00:00:00 local time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct LocalTime(pub i64);

impl LocalTime {
    /// Days since 1970-01-01, by the calendar on the wall.
    pub fn day(self) -> i64 {
        self.0.div_euclid(DAY)
    }
}

/// A time zone. The two questions must agree with each other; neither may panic.
pub trait Zone {
    /// The offset in force at an instant.
    fn offset_at(&self, at: Timestamp) -> Offset;

    /// The instant a local time means, by the "compatible" rule of RFC 5545 and Temporal (H4): a time that is skipped
    /// moves forward by what is skipped, one that comes twice means its first occurrence.
    fn instant_of(&self, local: LocalTime) -> Timestamp;

    /// What the wall shows at an instant; fractions of a second are cut off.
    fn local_time(&self, at: Timestamp) -> LocalTime {
        LocalTime(at.0.div_euclid(1000) + i64::from(self.offset_at(at).0))
    }
}

/// A zone as the list of its changes of offset: exact within the list, the last offset for ever after.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Transitions {
    /// Before the first change.
    first: Offset,
    /// From this second since 1970 on, this offset; ascending.
    changes: Vec<(i64, Offset)>,
}

impl Transitions {
    /// `changes`: seconds since 1970 and the offset from then on. Put in order; what changes nothing is left out.
    pub fn new(first: Offset, mut changes: Vec<(i64, Offset)>) -> Self {
        changes.sort_by_key(|change| change.0);
        let mut offset = first;
        changes.retain(|change| std::mem::replace(&mut offset, change.1) != change.1);
        Self { first, changes }
    }

    /// A stretch of another zone: its offsets from one instant to another, found to the second. Changes of it that lie
    /// less than a day apart and cancel each other out may be missing.
    pub fn of(zone: &dyn Zone, from: Timestamp, until: Timestamp) -> Self {
        let at = |second: i64| zone.offset_at(instant(second));
        let (mut second, until) = (from.0.div_euclid(1000), until.0.div_euclid(1000));
        let first = at(second);
        let mut changes = Vec::new();
        while second < until {
            let next = (second + DAY).min(until);
            let offset = at(next);
            if offset != at(second) {
                // The first second that has it.
                let (mut before, mut after) = (second, next);
                while after - before > 1 {
                    let middle = before + (after - before) / 2;
                    if at(middle) == offset { after = middle } else { before = middle }
                }
                changes.push((after, offset));
            }
            second = next;
        }
        Self::new(first, changes)
    }

    /// The changes, ascending.
    pub fn changes(&self) -> &[(i64, Offset)] {
        &self.changes
    }

    fn offset_at_second(&self, second: i64) -> Offset {
        let after = self.changes.partition_point(|change| change.0 <= second);
        after.checked_sub(1).map_or(self.first, |last| self.changes[last].1)
    }
}

impl Zone for Transitions {
    fn offset_at(&self, at: Timestamp) -> Offset {
        self.offset_at_second(at.0.div_euclid(1000))
    }

    fn instant_of(&self, local: LocalTime) -> Timestamp {
        let local = local.0;
        let from = local.saturating_sub(REACH);
        let mut before = self.offset_at_second(from);
        let next = self.changes.partition_point(|change| change.0 <= from);
        for &(until, offset) in &self.changes[next..] {
            // The first period that shows this time, or, when the clocks skipped it, the one before the skip.
            if local.saturating_sub(i64::from(before.0)) < until {
                break;
            }
            if local.saturating_sub(i64::from(offset.0)) < until {
                break;
            }
            before = offset;
        }
        instant(local.saturating_sub(i64::from(before.0)))
    }
}

/// An instant from seconds since 1970, as far as milliseconds reach.
pub(super) fn instant(second: i64) -> Timestamp {
    Timestamp(second.saturating_mul(1000))
}

/// The date that a day since 1970 is, as far as the calendar goes.
pub(super) fn date_of_day(day: i64) -> Option<NaiveDate> {
    let from_year_one = i32::try_from(day.checked_add(DAYS_BEFORE_1970)?).ok()?;
    NaiveDate::from_num_days_from_ce_opt(from_year_one)
}

/// The day since 1970 that a date is.
pub(super) fn day_of_date(date: NaiveDate) -> i64 {
    use chrono::Datelike;
    i64::from(date.num_days_from_ce()) - DAYS_BEFORE_1970
}
