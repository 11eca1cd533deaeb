//! Times of day and the intervals between them.

use std::fmt;

const DAY_MINUTES: u16 = 24 * 60;

/// A minute of the local day, `00:00` to `24:00`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct ClockTime(u16);

impl ClockTime {
    /// `HH:MM`, two digits each, `00:00` to `24:00`; nothing else.
    pub fn parse(text: &str) -> Option<Self> {
        let digit = |byte: u8| byte.is_ascii_digit().then(|| u16::from(byte - b'0'));
        let &[h1, h2, b':', m1, m2] = text.as_bytes() else { return None };
        let (hours, minutes) = (digit(h1)? * 10 + digit(h2)?, digit(m1)? * 10 + digit(m2)?);
        let time = hours * 60 + minutes;
        (minutes < 60 && time <= DAY_MINUTES).then_some(Self(time))
    }

    /// Whether this is `24:00`, the midnight that ends the day.
    pub fn is_end_of_day(self) -> bool {
        self.0 == DAY_MINUTES
    }
}

impl fmt::Display for ClockTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.0 / 60, self.0 % 60)
    }
}

impl fmt::Debug for ClockTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// From a start, inclusive, to an end, exclusive (H1); longer than nothing and at most a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Interval {
    start: ClockTime,
    end: ClockTime,
}

impl Interval {
    /// Refuses an interval without length and a start of `24:00`.
    pub(super) fn new(start: ClockTime, end: ClockTime) -> Result<Self, Refused> {
        if start.is_end_of_day() {
            Err(Refused::StartsAtEndOfDay)
        } else if start == end {
            Err(Refused::Empty)
        } else {
            Ok(Self { start, end })
        }
    }

    /// When it starts.
    pub fn start(self) -> ClockTime {
        self.start
    }

    /// When it ends; before the start: on the next day (H2).
    pub fn end(self) -> ClockTime {
        self.end
    }

    /// Seconds from the first midnight of the day it starts on to its start, and to its end.
    pub(super) fn seconds(self) -> (i64, i64) {
        let next_day = if self.end < self.start { DAY_MINUTES } else { 0 };
        (i64::from(self.start.0) * 60, i64::from(self.end.0 + next_day) * 60)
    }

    /// Whether two intervals that start on the same day share a minute.
    pub(super) fn overlaps(self, other: Self) -> bool {
        let (a, b) = (self.seconds(), other.seconds());
        a.0 < b.1 && b.0 < a.1
    }
}

impl fmt::Display for Interval {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}–{}", self.start, self.end)
    }
}

/// Why two times make no interval.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refused {
    Empty,
    StartsAtEndOfDay,
}

crate::text_enum! {
    /// A day of the week.
    pub enum Weekday {
        Mon = "mon",
        Tue = "tue",
        Wed = "wed",
        Thu = "thu",
        Fri = "fri",
        Sat = "sat",
        Sun = "sun",
    }
}

impl Weekday {
    /// The weekday of a day since 1970-01-01, which was a Thursday.
    pub(super) fn of_day(day: i64) -> Self {
        let from_monday = (day.rem_euclid(7) + 3) % 7;
        Self::ALL[usize::try_from(from_monday).expect("a remainder of 7 is small")]
    }
}
