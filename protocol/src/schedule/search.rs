//! Looking for the next opening and closing, a few local days at a time.

use super::{HolidaySource, Schedule, State, Zone};
use crate::{
    Timestamp,
    schedule::zone::{LocalTime, day_of_date},
};

/// An interval that contains an instant starts at most this many local days before it: one for the night, one for a day
/// that a zone skipped or lived twice when it crossed the date line, one to be sure.
const BACK: i64 = 3;
/// A change of the state is certain once the intervals of this many further days are in.
const AHEAD: i64 = 3;
/// Days looked through one by one: five years, of which the rules ask two. It contains whole years of clock changes and
/// public holidays and every weekday on each of them.
const HORIZON: i64 = 5 * 366;
/// Days looked through around an exception that is further ahead.
const AROUND: i64 = 9;

const DAY: i64 = 86_400;

pub(super) fn state_at(
    schedule: &Schedule,
    at: Timestamp,
    zone: &dyn Zone,
    holidays: &dyn HolidaySource,
) -> State {
    let search = Search { schedule, zone, holidays };
    let today = zone.local_time(at).day();
    let near = search.openings(today - BACK, today + AHEAD);
    let open = near.iter().any(|opening| opening.contains(at));
    let turns = search.turns_after(at, today, open);
    State { open, next_open: turns.filter(|_| !open), closes_at: turns.filter(|_| open) }
}

struct Search<'a> {
    schedule: &'a Schedule,
    zone: &'a dyn Zone,
    holidays: &'a dyn HolidaySource,
}

/// One unbroken time of being open.
#[derive(Clone, Copy, Debug)]
struct Opening {
    from: Timestamp,
    until: Timestamp,
}

impl Opening {
    fn contains(self, at: Timestamp) -> bool {
        self.from <= at && at < self.until
    }
}

impl Search<'_> {
    /// The first instant after `at` at which the state is no longer what it is at `at`.
    fn turns_after(&self, at: Timestamp, today: i64, open: bool) -> Option<Timestamp> {
        let mut ahead = 8;
        loop {
            // Nothing is carried from one look to the next, longer one; each is four times as long, so little is looked
            // at twice.
            let last = today + ahead;
            if let Some(turn) = self.turn(at, open, today - BACK, last) {
                return Some(turn);
            }
            if ahead >= HORIZON {
                break;
            }
            ahead = (ahead * 4).min(HORIZON);
        }
        // Beyond the horizon the week goes on as it did; only exceptions can differ.
        let mut looked_until = today + HORIZON;
        for &date in self.schedule.exceptions.keys() {
            let day = day_of_date(date);
            if day + AROUND <= looked_until {
                continue;
            }
            // From the day before, whose end may be the turn.
            let first = (day - 1 - BACK).max(looked_until - AHEAD - BACK);
            let before = self.zone.instant_of(LocalTime((first + BACK) * DAY));
            if let Some(turn) = self.turn(before.max(at), open, first, day + AROUND) {
                return Some(turn);
            }
            looked_until = day + AROUND;
        }
        None
    }

    /// The turn after `at`, if it is certain from the intervals of these days alone.
    fn turn(&self, at: Timestamp, open: bool, first: i64, last: i64) -> Option<Timestamp> {
        let certain_until = self.zone.instant_of(LocalTime((last - AHEAD) * DAY));
        let openings = self.openings(first, last);
        let turn = if open {
            openings.iter().find(|opening| opening.until > at).map(|opening| opening.until)
        } else {
            openings.iter().find(|opening| opening.from > at).map(|opening| opening.from)
        };
        turn.filter(|turn| *turn <= certain_until)
    }

    /// All openings made of the intervals that start on these local days, in order and apart from each other (H5).
    fn openings(&self, first: i64, last: i64) -> Vec<Opening> {
        let mut parts: Vec<Opening> = (first..=last)
            .flat_map(|day| {
                self.schedule.intervals_on(day, self.holidays).iter().filter_map(move |interval| {
                    let midnight = day * DAY;
                    let (start, end) = interval.seconds();
                    let from = self.zone.instant_of(LocalTime(midnight + start));
                    let until = self.zone.instant_of(LocalTime(midnight + end));
                    // The clocks may have swallowed it whole (H4).
                    (from < until).then_some(Opening { from, until })
                })
            })
            .collect();
        parts.sort_by_key(|part| part.from);
        let mut openings: Vec<Opening> = Vec::with_capacity(parts.len());
        for part in parts {
            match openings.last_mut() {
                Some(last) if part.from <= last.until => last.until = last.until.max(part.until),
                _ => openings.push(part),
            }
        }
        openings
    }
}
