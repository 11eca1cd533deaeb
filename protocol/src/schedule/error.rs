//! Why a schedule is refused: a stable code, the field, and what the sentence in `locales/` names.

use crate::{Code, Field, Refusal};
use std::fmt;

/// What is wrong with a schedule. `day` is a weekday (`mon`) or a date (`2026-12-25`); what comes from outside is
/// shortened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ScheduleError {
    /// The form is not of the shape it should be.
    FormInvalid { place: String, expected: Shape },
    /// A key that the form does not have.
    KeyUnknown { place: String, key: String },
    /// No such zone in the time-zone database; empty: none was named.
    ZoneUnknown { zone: String },
    /// A key of `weekly` that is no weekday.
    WeekdayUnknown { day: String },
    /// A time that is not `HH:MM`.
    TimeInvalid { day: String, interval: String, time: String },
    /// An interval that starts when it ends.
    IntervalEmpty { day: String, interval: String },
    /// Not a pair of times.
    IntervalInvalid { day: String, interval: String },
    /// Two intervals that start on one day share time.
    IntervalsOverlap { day: String, first: String, second: String },
    /// Not a date of the calendar as `YYYY-MM-DD`.
    DateInvalid { date: String },
    /// A date has two exceptions.
    DateRepeated { date: String },
    /// An exception that is neither closed nor has intervals, or both.
    ExceptionInvalid { date: String },
    /// No public holidays are known for it.
    CountryUnknown { country: String },
}

crate::text_enum! {
    /// What should have been in a place of the form. The text is the end of its sentence's key in `locales/`.
    pub enum Shape {
        /// An object.
        Object = "object",
        /// A list of exceptions.
        Exceptions = "exceptions",
        /// A list of intervals.
        Intervals = "intervals",
        /// True or false.
        Boolean = "boolean",
    }
}

impl ScheduleError {
    /// The stable name.
    pub fn code(&self) -> &'static str {
        match self {
            Self::FormInvalid { .. } => "schedule_invalid",
            Self::KeyUnknown { .. } => "unknown_key",
            Self::ZoneUnknown { .. } => "unknown_time_zone",
            Self::WeekdayUnknown { .. } => "unknown_weekday",
            Self::TimeInvalid { .. } => "time_invalid",
            Self::IntervalEmpty { .. } => "interval_empty",
            Self::IntervalInvalid { .. } => "interval_invalid",
            Self::IntervalsOverlap { .. } => "intervals_overlap",
            Self::DateInvalid { .. } => "date_invalid",
            Self::DateRepeated { .. } => "date_repeated",
            Self::ExceptionInvalid { .. } => "exception_invalid",
            Self::CountryUnknown { .. } => "unknown_country",
        }
    }

    /// The refusal as a form or the API gives it, beside the sentence of [`crate::strings::Strings::schedule`].
    pub fn refusal(&self) -> Refusal {
        match self {
            Self::ZoneUnknown { zone } if zone.is_empty() => {
                Refusal::of(Field::Zone, Code::Required)
            }
            Self::ZoneUnknown { .. } => Refusal::of(Field::Zone, Code::ZoneUnknown),
            Self::CountryUnknown { .. } => Refusal::of(Field::Holidays, Code::Invalid),
            Self::WeekdayUnknown { .. } => Refusal::of(Field::Weekly, Code::Invalid),
            Self::DateInvalid { .. }
            | Self::DateRepeated { .. }
            | Self::ExceptionInvalid { .. } => Refusal::of(Field::Exceptions, Code::Invalid),
            Self::TimeInvalid { day, .. }
            | Self::IntervalEmpty { day, .. }
            | Self::IntervalInvalid { day, .. }
            | Self::IntervalsOverlap { day, .. } => {
                let is_date = day.starts_with(|c: char| c.is_ascii_digit());
                let field = if is_date { Field::Exceptions } else { Field::Weekly };
                Refusal::of(field, Code::Invalid)
            }
            Self::FormInvalid { .. } | Self::KeyUnknown { .. } => {
                Refusal::of(Field::Schedule, Code::Invalid)
            }
        }
    }

    /// The key of the sentence in `locales/` (`[settings.schedule]`), and what its places are filled with.
    pub(crate) fn sentence(&self) -> (String, Vec<(&'static str, String)>) {
        let quoted = |text: &str| format!("{text:?}");
        let code = || self.code().to_owned();
        match self {
            Self::FormInvalid { place, expected } => {
                (format!("no_{expected}"), vec![("place", place.clone())])
            }
            Self::KeyUnknown { place, key } => {
                (code(), vec![("place", place.clone()), ("key", quoted(key))])
            }
            Self::ZoneUnknown { zone } if zone.is_empty() => {
                ("no_time_zone".to_owned(), Vec::new())
            }
            Self::ZoneUnknown { zone } => match fixed_zone(zone) {
                Some(name) => (
                    "distance_from_utc".to_owned(),
                    vec![("zone", quoted(zone)), ("name", quoted(&name))],
                ),
                None => (code(), vec![("zone", quoted(zone))]),
            },
            Self::WeekdayUnknown { day } => (code(), vec![("day", quoted(day))]),
            Self::TimeInvalid { day, interval, time } => (
                code(),
                vec![("day", day.clone()), ("interval", interval.clone()), ("time", time.clone())],
            ),
            Self::IntervalEmpty { day, interval } | Self::IntervalInvalid { day, interval } => {
                (code(), vec![("day", day.clone()), ("interval", interval.clone())])
            }
            Self::IntervalsOverlap { day, first, second } => (
                code(),
                vec![("day", day.clone()), ("first", first.clone()), ("second", second.clone())],
            ),
            Self::DateInvalid { date }
            | Self::DateRepeated { date }
            | Self::ExceptionInvalid { date } => (code(), vec![("date", date.clone())]),
            Self::CountryUnknown { country } => (code(), vec![("country", quoted(country))]),
        }
    }
}

/// For logs; people read the sentence in their language.
impl fmt::Display for ScheduleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (key, places) = self.sentence();
        f.write_str(&key)?;
        for (name, value) in places {
            write!(f, ", {name} {value}")?;
        }
        Ok(())
    }
}

impl std::error::Error for ScheduleError {}

/// `GMT-6`, `UTC+3`, `-05:00`: what people write for a distance from UTC, as the database names it (its sign is the
/// other way round).
fn fixed_zone(zone: &str) -> Option<String> {
    let number = ["Etc/GMT", "Etc/UTC", "GMT", "UTC", ""]
        .into_iter()
        .find_map(|prefix| zone.strip_prefix(prefix).filter(|rest| rest.starts_with(['+', '-'])))?;
    let (sign, hours) = number.split_at(1);
    let hours = hours.strip_suffix(":00").unwrap_or(hours);
    let hours = hours.parse::<u8>().ok().filter(|hours| hours.checked_sub(1).is_some())?;
    let (inverted, most) = if sign == "-" { ('+', 12) } else { ('-', 14) };
    (hours <= most).then(|| format!("Etc/GMT{inverted}{hours}"))
}
