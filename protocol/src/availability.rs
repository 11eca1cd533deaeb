//! The answer behind the button: one pure function.

use crate::{
    Timestamp,
    schedule::{HolidaySource, Schedule, Zone},
    status::{Availability, Reason},
};

/// Whether the button says Chat at `now`, and why.
///
/// The owner's "closed now" comes before the schedule, the schedule before the agents: of several reasons to be closed,
/// the one that lasts whatever else changes is told. `holiday` is said on a local date that an exception or the
/// country's calendar closes, `outside_hours` at any other closed time. `changes_at` is the schedule's next turn, also
/// while closed for another reason; absent where it lies beyond what can be written.
pub fn availability(
    schedule: &Schedule,
    zone: &dyn Zone,
    holidays: &dyn HolidaySource,
    closed_now: bool,
    agents: u32,
    now: Timestamp,
) -> Availability {
    let state = schedule.state_at(now, zone, holidays);
    let reason = if closed_now {
        Reason::Override
    } else if state.open && agents > 0 {
        Reason::Open
    } else if state.open {
        Reason::NoAgents
    } else if schedule.is_closed_date(now, zone, holidays) {
        Reason::Holiday
    } else {
        Reason::OutsideHours
    };
    let changes_at = state.changes_at().filter(|at| *at <= Timestamp::LAST_WRITTEN);
    Availability { open: reason == Reason::Open, reason, changes_at }
}
