//! Why a schedule is refused: a stable code, and a sentence that names the day and the interval.

use std::fmt;

/// What is wrong with a schedule. `day` is a weekday (`mon`) or a date (`2026-12-25`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ScheduleError {
    /// The form is not of the shape it should be.
    FormInvalid { place: String, expected: &'static str },
    /// A key that the form does not have.
    KeyUnknown { place: String, key: String },
    /// No such zone in the time-zone database; or none was named.
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
}

impl fmt::Display for ScheduleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::FormInvalid { place, expected } => write!(f, "{place} must be {expected}"),
            Self::KeyUnknown { place, key } => write!(f, "{place} has no key {key:?}"),
            Self::ZoneUnknown { zone } if zone.is_empty() => {
                f.write_str("zone must name a time zone such as \"America/Bogota\"")
            }
            Self::ZoneUnknown { zone } => {
                write!(f, "{zone:?} is not in the time-zone database")?;
                match posix_trap(zone) {
                    Some(name) => write!(
                        f,
                        "; if this distance from UTC is meant all year, its name there is {name:?} (the sign is the other way round), \
                         else name a city, such as \"America/Bogota\""
                    ),
                    None => f.write_str("; name a city, such as \"America/Bogota\""),
                }
            }
            Self::WeekdayUnknown { day } => {
                write!(f, "weekly: {day:?} is not one of mon, tue, wed, thu, fri, sat, sun")
            }
            Self::TimeInvalid { day, interval, time } => write!(
                f,
                "{day}: {interval}: {time} is not a time of the form \"HH:MM\" from 00:00 to 23:59; only an end may be 24:00"
            ),
            Self::IntervalEmpty { day, interval } => write!(
                f,
                "{day}: {interval}: starts when it ends; write 00:00–24:00 if the whole day is meant"
            ),
            Self::IntervalInvalid { day, interval } => {
                write!(f, "{day}: {interval} is not a pair of times such as [\"08:00\",\"12:00\"]")
            }
            Self::IntervalsOverlap { day, first, second } => {
                write!(f, "{day}: {first} and {second} overlap")
            }
            Self::DateInvalid { date } => {
                write!(f, "exceptions: {date} is not a date of the form \"YYYY-MM-DD\"")
            }
            Self::DateRepeated { date } => write!(f, "exceptions: {date} is there twice"),
            Self::ExceptionInvalid { date } => write!(
                f,
                "exceptions: {date}: write either \"closed\": true or \"intervals\": [[\"09:00\",\"13:00\"]]"
            ),
            Self::CountryUnknown { country } => write!(
                f,
                "holidays: no public holidays are known for {country:?}; two capital letters such as \"CO\" are expected"
            ),
        }
    }
}

impl std::error::Error for ScheduleError {}

/// `GMT-6`, `UTC+3`, `-05:00`: what people write for a distance from UTC, as the database names it.
fn posix_trap(zone: &str) -> Option<String> {
    let number = ["Etc/GMT", "Etc/UTC", "GMT", "UTC", ""]
        .into_iter()
        .find_map(|prefix| zone.strip_prefix(prefix).filter(|rest| rest.starts_with(['+', '-'])))?;
    let (sign, hours) = number.split_at(1);
    let hours = hours.strip_suffix(":00").unwrap_or(hours);
    let hours = hours.parse::<u8>().ok().filter(|hours| hours.checked_sub(1).is_some())?;
    let (inverted, most) = if sign == "-" { ('+', 12) } else { ('-', 14) };
    (hours <= most).then(|| format!("Etc/GMT{inverted}{hours}"))
}
