//! From the JSON form to a [`Schedule`]. What is refused is shown shortened: it comes from outside.

use super::{
    ClockTime, HolidaySource, Interval, Schedule, ScheduleError, Shape, Weekday, ZoneSource,
    clock_time::Refused,
};
use crate::settings::ZoneName;
use chrono::NaiveDate;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

type Result<T> = std::result::Result<T, ScheduleError>;

pub(super) fn schedule(
    form: &Value,
    zones: &dyn ZoneSource,
    holidays: &dyn HolidaySource,
) -> Result<Schedule> {
    let form = object(form, "schedule")?;
    only_keys(form, "schedule", &["zone", "weekly", "exceptions", "holidays", "note"])?;
    Ok(Schedule {
        zone: zone(form.get("zone"), zones)?,
        weekly: weekly(form.get("weekly"))?,
        exceptions: exceptions(form.get("exceptions"))?,
        holidays: country(form.get("holidays"), holidays)?,
    })
}

fn zone(form: Option<&Value>, zones: &dyn ZoneSource) -> Result<ZoneName> {
    let name = match form {
        Some(Value::String(name)) => name.as_str(),
        None | Some(Value::Null) => "",
        Some(other) => return Err(ScheduleError::ZoneUnknown { zone: shown(other) }),
    };
    ZoneName::parse(name, zones).map_err(|_| ScheduleError::ZoneUnknown { zone: shortened(name) })
}

fn weekly(form: Option<&Value>) -> Result<[Vec<Interval>; 7]> {
    let mut weekly: [Vec<Interval>; 7] = Default::default();
    let Some(form) = present(form) else { return Ok(weekly) };
    let form = object(form, "weekly")?;
    for key in form.keys() {
        Weekday::from_text(key)
            .map_err(|_| ScheduleError::WeekdayUnknown { day: shortened(key) })?;
    }
    for day in Weekday::ALL {
        if let Some(list) = present(form.get(day.as_text())) {
            weekly[day as usize] = intervals(list, day.as_text())?;
        }
    }
    Ok(weekly)
}

fn exceptions(form: Option<&Value>) -> Result<BTreeMap<NaiveDate, Vec<Interval>>> {
    let mut exceptions = BTreeMap::new();
    let Some(form) = present(form) else { return Ok(exceptions) };
    for form in array(form, || "exceptions".into(), Shape::Exceptions)? {
        let form = object(form, "exceptions")?;
        only_keys(form, "exceptions", &["date", "closed", "intervals", "note"])?;
        let date = date(form.get("date"))?;
        let day = date.to_string();
        let closed = match present(form.get("closed")) {
            None => false,
            Some(Value::Bool(closed)) => *closed,
            Some(_) => {
                return Err(ScheduleError::FormInvalid {
                    place: format!("exceptions: {day}: closed"),
                    expected: Shape::Boolean,
                });
            }
        };
        let replaced = match present(form.get("intervals")) {
            Some(list) => Some(intervals(list, &day)?),
            None => None,
        };
        let replaced = match (closed, replaced) {
            (true, None) => Vec::new(),
            (true, Some(list)) if list.is_empty() => list,
            (false, Some(list)) => list,
            _ => return Err(ScheduleError::ExceptionInvalid { date: day }),
        };
        if exceptions.insert(date, replaced).is_some() {
            return Err(ScheduleError::DateRepeated { date: day });
        }
    }
    Ok(exceptions)
}

fn country(form: Option<&Value>, holidays: &dyn HolidaySource) -> Result<Option<String>> {
    match form {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(country)) if holidays.knows_country(country) => {
            Ok(Some(country.clone()))
        }
        Some(Value::String(country)) => {
            Err(ScheduleError::CountryUnknown { country: shortened(country) })
        }
        Some(other) => Err(ScheduleError::CountryUnknown { country: shown(other) }),
    }
}

fn intervals(form: &Value, day: &str) -> Result<Vec<Interval>> {
    let list = array(form, || day.to_owned(), Shape::Intervals)?;
    let mut intervals =
        list.iter().map(|form| interval(form, day)).collect::<Result<Vec<Interval>>>()?;
    intervals.sort_by_key(|interval| interval.start());
    // Every interval ends at most a day after its start, so in order of their starts neighbours tell all.
    match intervals.windows(2).find(|pair| pair[0].overlaps(pair[1])) {
        None => Ok(intervals),
        Some(pair) => Err(ScheduleError::IntervalsOverlap {
            day: day.to_owned(),
            first: pair[0].to_string(),
            second: pair[1].to_string(),
        }),
    }
}

fn interval(form: &Value, day: &str) -> Result<Interval> {
    let Some([start, end]) = form.as_array().map(Vec::as_slice) else {
        return Err(ScheduleError::IntervalInvalid { day: day.to_owned(), interval: shown(form) });
    };
    let name = || match (start, end) {
        (Value::String(start), Value::String(end)) => {
            format!("{}–{}", shortened(start), shortened(end))
        }
        _ => shown(form),
    };
    let time = |form: &Value| {
        form.as_str().and_then(ClockTime::parse).ok_or_else(|| ScheduleError::TimeInvalid {
            day: day.to_owned(),
            interval: name(),
            time: shown(form),
        })
    };
    Interval::new(time(start)?, time(end)?).map_err(|refused| match refused {
        Refused::Empty => ScheduleError::IntervalEmpty { day: day.to_owned(), interval: name() },
        Refused::StartsAtEndOfDay => {
            ScheduleError::TimeInvalid { day: day.to_owned(), interval: name(), time: shown(start) }
        }
    })
}

/// Four digits, two, two: chrono alone would also take `2026-2-3` and `+12026-02-03`.
fn date(form: Option<&Value>) -> Result<NaiveDate> {
    let invalid = || ScheduleError::DateInvalid { date: form.map_or("none".into(), shown) };
    let text = form.and_then(Value::as_str).ok_or_else(invalid)?;
    let of_form = text.len() == 10
        && text.bytes().enumerate().all(|(at, byte)| match at {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        });
    let date = of_form.then(|| NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()).flatten();
    date.ok_or_else(invalid)
}

/// A key with `null` is a key left out.
fn present(form: Option<&Value>) -> Option<&Value> {
    form.filter(|form| !form.is_null())
}

fn object<'a>(form: &'a Value, place: &str) -> Result<&'a Map<String, Value>> {
    form.as_object().ok_or_else(|| ScheduleError::FormInvalid {
        place: place.to_owned(),
        expected: Shape::Object,
    })
}

fn array(form: &Value, place: impl Fn() -> String, expected: Shape) -> Result<&[Value]> {
    form.as_array()
        .map(Vec::as_slice)
        .ok_or_else(|| ScheduleError::FormInvalid { place: place(), expected })
}

fn only_keys(form: &Map<String, Value>, place: &str, known: &[&str]) -> Result<()> {
    match form.keys().find(|key| !known.contains(&key.as_str())) {
        None => Ok(()),
        Some(key) => {
            Err(ScheduleError::KeyUnknown { place: place.to_owned(), key: shortened(key) })
        }
    }
}

/// Characters of a refused value that are shown.
const SHOWN: usize = 60;

fn shown(form: &Value) -> String {
    shortened(&form.to_string())
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(SHOWN) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}…", &text[..end]),
    }
}
