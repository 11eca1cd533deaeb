//! A site's opening hours: local wall-clock times of one time zone, parsed once, then asked for any instant.
//!
//! Only local times and the zone's name are kept; an instant is made from them each time one is asked for, so that a
//! change of the clock or of the law is never missed. The rules H1 to H8 are named where they are applied:
//!
//! - H1 times are local to the zone, start inclusive, end exclusive, `24:00` is the next midnight
//! - H2 an interval whose end is before its start runs into the next local day and belongs to the day it starts on
//! - H3 an exception replaces exactly the intervals that start on its date
//! - H4 a time that the clocks skip moves forward by what they skip; one that comes twice means the first
//! - H5 open is the union of all intervals
//! - H6 the next opening is looked for years ahead
//! - H7 no offset is stored
//! - H8 the newest zone data is used; whoever implements [`ZoneSource`] sees to that

mod clock_time;
mod error;
mod parse;
mod search;
mod zone;

pub use clock_time::{ClockTime, Interval, Weekday};
pub use error::{ScheduleError, Shape};
pub use zone::{LocalTime, Offset, Transitions, Zone};

use crate::{Timestamp, settings::ZoneName};
use chrono::NaiveDate;
use std::collections::BTreeMap;

/// Who knows time zones by name. Implemented where there is zone data.
pub trait ZoneSource {
    /// Whether a schedule may name this zone: exactly as the time-zone database spells it.
    fn knows_zone(&self, name: &str) -> bool;
}

/// Who knows public holidays by country (ISO 3166-1, two capital letters).
pub trait HolidaySource {
    /// Whether a schedule may name this country.
    fn knows_country(&self, country: &str) -> bool;
    /// Whether the country as a whole rests on this day.
    fn is_holiday(&self, country: &str, date: NaiveDate) -> bool;
}

/// A world in which no country is known.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoHolidays;

impl HolidaySource for NoHolidays {
    fn knows_country(&self, _: &str) -> bool {
        false
    }
    fn is_holiday(&self, _: &str, _: NaiveDate) -> bool {
        false
    }
}

/// Opening hours that make sense: no interval is empty, none of one day overlap.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schedule {
    zone: ZoneName,
    /// From Monday; each day's intervals in order of their start.
    weekly: [Vec<Interval>; 7],
    /// What replaces the weekly intervals on a date; empty: closed.
    exceptions: BTreeMap<NaiveDate, Vec<Interval>>,
    holidays: Option<String>,
}

/// What the schedule says at an instant (H5, H6).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct State {
    /// Whether it is open.
    pub open: bool,
    /// When it opens next; none while it is open, or if it never does.
    pub next_open: Option<Timestamp>,
    /// When the current opening ends; none while it is closed, or if it never does.
    pub closes_at: Option<Timestamp>,
}

impl State {
    /// When the state turns next.
    pub fn changes_at(self) -> Option<Timestamp> {
        if self.open { self.closes_at } else { self.next_open }
    }
}

impl Schedule {
    /// Reads the JSON form of `behaviours.md`, "Availability":
    /// `{"zone":"America/Bogota","weekly":{"mon":[["08:00","12:00"]]},"exceptions":[{"date":"2026-12-25","closed":true}],"holidays":"CO"}`.
    /// A refusal names the day and the interval. `note`, a remark for people, is accepted and not kept.
    pub fn parse(
        form: &serde_json::Value,
        zones: &dyn ZoneSource,
        holidays: &dyn HolidaySource,
    ) -> Result<Self, ScheduleError> {
        parse::schedule(form, zones, holidays)
    }

    /// The name of its time zone, to be looked up again whenever the zone data may have changed.
    pub fn zone(&self) -> &ZoneName {
        &self.zone
    }

    /// The country whose public holidays are closed days.
    pub fn holidays(&self) -> Option<&str> {
        self.holidays.as_deref()
    }

    /// The state at an instant, with the nearest change. `zone` is the one named [`Schedule::zone`]. Any instant will
    /// do.
    pub fn state_at(&self, at: Timestamp, zone: &dyn Zone, holidays: &dyn HolidaySource) -> State {
        search::state_at(self, at, zone, holidays)
    }

    /// Whether the local date of this instant is one that an exception or the country's calendar closes.
    pub fn is_closed_date(
        &self,
        at: Timestamp,
        zone: &dyn Zone,
        holidays: &dyn HolidaySource,
    ) -> bool {
        let Some(date) = zone::date_of_day(zone.local_time(at).day()) else { return false };
        match self.exceptions.get(&date) {
            Some(intervals) => intervals.is_empty(),
            None => self.is_public_holiday(date, holidays),
        }
    }

    /// The intervals that start on a date: its exception's, else none on a public holiday, else the weekday's (H3).
    fn intervals_on(&self, day: i64, holidays: &dyn HolidaySource) -> &[Interval] {
        let weekly = &self.weekly[Weekday::of_day(day) as usize];
        let Some(date) = zone::date_of_day(day) else { return weekly };
        match self.exceptions.get(&date) {
            Some(intervals) => intervals,
            None if !weekly.is_empty() && self.is_public_holiday(date, holidays) => &[],
            None => weekly,
        }
    }

    fn is_public_holiday(&self, date: NaiveDate, holidays: &dyn HolidaySource) -> bool {
        self.holidays.as_deref().is_some_and(|country| holidays.is_holiday(country, date))
    }
}
