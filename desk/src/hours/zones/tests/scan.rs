//! The search for the next change against an oracle: no clever search, no zone's own `instant_of`, every minute looked
//! at.

use super::*;
use chrono::NaiveDate;
use proptest::prelude::*;
use protocol::schedule::NoHolidays;

const DAY: i64 = 86_400;
const MINUTE: i64 = 60;

/// H4 by looking at every minute for the first that shows this time, or the first that shows a later one.
fn oracle_instant(zone: &dyn Zone, local: i64) -> i64 {
    let shown = |minute: i64| zone.local_time(Timestamp(minute * 1000)).0;
    let first = (local - 27 * 3600).div_euclid(MINUTE) * MINUTE;
    let mut minute = first;
    loop {
        match shown(minute) - local {
            0 => return minute,
            later if later > 0 => {
                let before = shown(minute - MINUTE) - (minute - MINUTE);
                return local - before;
            }
            _ => minute += MINUTE,
        }
    }
}

fn oracle_openings(
    form: &Value,
    zone: &dyn Zone,
    days: std::ops::RangeInclusive<i64>,
) -> Vec<(i64, i64)> {
    const KEYS: [&str; 7] = ["thu", "fri", "sat", "sun", "mon", "tue", "wed"];
    let minutes = |text: &str| {
        let (hours, minutes) = text.split_once(':').expect("HH:MM");
        hours.parse::<i64>().expect("hours") * 60 + minutes.parse::<i64>().expect("minutes")
    };
    let mut openings = Vec::new();
    for day in days {
        let date = (NaiveDate::from_ymd_opt(1970, 1, 1).expect("a date")
            + chrono::TimeDelta::days(day))
        .to_string();
        let exception = form["exceptions"]
            .as_array()
            .and_then(|list| list.iter().find(|exception| exception["date"] == date.as_str()));
        let weekday = usize::try_from(day.rem_euclid(7)).expect("small");
        let intervals = match exception {
            Some(exception) => &exception["intervals"],
            None => &form["weekly"][KEYS[weekday]],
        };
        for interval in intervals.as_array().into_iter().flatten() {
            let start = minutes(interval[0].as_str().expect("start"));
            let mut end = minutes(interval[1].as_str().expect("end"));
            if end < start {
                end += 24 * 60;
            }
            let from = oracle_instant(zone, day * DAY + start * MINUTE);
            let until = oracle_instant(zone, day * DAY + end * MINUTE);
            if from < until {
                openings.push((from, until));
            }
        }
    }
    openings
}

fn clock_time(minutes: u32) -> String {
    format!("{:02}:{:02}", minutes / 60, minutes % 60)
}

/// Intervals of one day that do not overlap: ascending times taken in pairs, sometimes the last through the night.
fn day_plan() -> impl Strategy<Value = Value> {
    (prop::collection::btree_set(0u32..48, 0..6), any::<bool>(), 0u32..30).prop_map(
        |(halves, night, odd)| {
            let times: Vec<u32> = halves.into_iter().map(|half| half * 30 + odd).collect();
            let mut plan: Vec<Value> = times
                .chunks_exact(2)
                .map(|pair| json!([clock_time(pair[0]), clock_time(pair[1])]))
                .collect();
            if let ([first, .., last], true, 1) = (times.as_slice(), night, times.len() % 2) {
                plan.push(json!([clock_time(*last), clock_time(*first)]));
            } else if let ([only], true) = (times.as_slice(), night) {
                plan.push(json!([clock_time(*only), "24:00"]));
            }
            Value::Array(plan)
        },
    )
}

/// A schedule, and an instant within days of a clock change of its zone, of its exceptions, or anywhere.
fn schedule_and_instant() -> impl Strategy<Value = (Value, i64)> {
    let plans = prop::collection::vec(day_plan(), 7);
    let exceptions = prop::collection::btree_map(-3i64..10, day_plan(), 0..4);
    (
        prop::sample::select(&ZONES[..]),
        plans,
        exceptions,
        7_300i64..25_000,
        any::<bool>(),
        0i64..4 * 1440,
    )
        .prop_map(|(zone, plans, exceptions, day, near_change, minutes)| {
            let day = if near_change { next_change(zone, day) } else { day };
            let weekly: serde_json::Map<String, Value> =
                ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
                    .into_iter()
                    .map(str::to_owned)
                    .zip(plans)
                    .collect();
            let exceptions: Vec<Value> = exceptions
                .into_iter()
                .map(|(after, plan)| {
                    let date = NaiveDate::from_ymd_opt(1970, 1, 1).expect("a date")
                        + chrono::TimeDelta::days(day + after);
                    json!({"date": date.to_string(), "intervals": plan})
                })
                .collect();
            let form = json!({"zone": zone, "weekly": weekly, "exceptions": exceptions});
            (form, (day - 2) * DAY + minutes * MINUTE)
        })
}

/// The day of the first clock change after this day, or this day where there is none for two years.
fn next_change(zone: &str, day: i64) -> i64 {
    let zone = zones().find_zone(zone).expect("known");
    let offset = |day: i64| zone.offset_at(Timestamp(day * DAY * 1000));
    (day..day + 730).find(|&day| offset(day) != offset(day + 1)).unwrap_or(day)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn state_and_next_change_agree_with_a_scan_of_every_minute((form, now) in schedule_and_instant()) {
        let (schedule, zone) = parse(&form, zones()).expect("a valid schedule");
        let state = schedule.state_at(Timestamp(now * 1000), &*zone, &NoHolidays);
        let today = now.div_euclid(DAY);
        let openings = oracle_openings(&form, &*zone, today - 4..=today + 9);
        let open = |second: i64| openings.iter().any(|&(from, until)| from <= second && second < until);
        let turn = (now..now + 6 * DAY).step_by(60).find(|&second| open(second) != open(now));
        prop_assert_eq!(state.open, open(now));
        match turn {
            Some(turn) => prop_assert_eq!(state.changes_at(), Some(Timestamp(turn * 1000))),
            None => prop_assert!(state.changes_at().is_none_or(|turn| turn.0 >= (now + 6 * DAY) * 1000)),
        }
        prop_assert!(state.next_open.is_none() || state.closes_at.is_none());
    }

    #[test]
    fn the_next_change_is_where_the_state_turns((form, now) in schedule_and_instant()) {
        let (schedule, zone) = parse(&form, zones()).expect("a valid schedule");
        let state = schedule.state_at(Timestamp(now * 1000), &*zone, &NoHolidays);
        if let Some(turn) = state.changes_at() {
            let before = schedule.state_at(Timestamp(turn.0 - 1), &*zone, &NoHolidays);
            let after = schedule.state_at(turn, &*zone, &NoHolidays);
            prop_assert_eq!((before.open, before.changes_at()), (state.open, Some(turn)));
            prop_assert_eq!(after.open, !state.open);
        }
    }

    #[test]
    fn no_instant_makes_it_panic((form, _) in schedule_and_instant(), now in any::<i64>(), table in any::<bool>()) {
        let data = if table { &ZoneData::built_in() } else { zones() };
        let (schedule, zone) = parse(&form, data).expect("a valid schedule");
        schedule.state_at(Timestamp(now), &*zone, &Holidays);
    }
}

#[test]
fn the_ends_of_time_do_not_make_it_panic() {
    let form = json!({
        "zone": "Europe/Madrid", "holidays": "ES", "weekly": {"mon": [["22:00", "06:00"]]},
        "exceptions": [{"date": "0000-01-01", "closed": true}, {"date": "9999-12-31", "intervals": [["00:00", "24:00"]]}],
    });
    for data in [&ZoneData::built_in(), zones()] {
        let (schedule, zone) = parse(&form, data).expect("valid");
        for now in [
            i64::MIN,
            i64::MIN + 1,
            -62_135_596_800_000,
            0,
            253_402_300_799_999,
            i64::MAX - 1,
            i64::MAX,
        ] {
            schedule.state_at(Timestamp(now), &*zone, &Holidays);
        }
    }
}

#[test]
fn exceptions_far_ahead_are_found() {
    let zone = "America/Bogota";
    let closed = json!({"zone": zone, "exceptions": [{"date": "2190-05-05", "intervals": [["10:00", "11:00"]]}]});
    let (schedule, bogota) = parse(&closed, zones()).expect("valid");
    let state = schedule.state_at(at("2026-01-01T00:00:00Z"), &*bogota, &Holidays);
    assert_eq!(state.next_open, Some(at("2190-05-05T15:00:00Z")));

    let day = json!([["00:00", "24:00"]]);
    let week =
        json!({"mon": day, "tue": day, "wed": day, "thu": day, "fri": day, "sat": day, "sun": day});
    let always = json!({"zone": zone, "weekly": week});
    let (schedule, bogota) = parse(&always, zones()).expect("valid");
    let state = schedule.state_at(at("2026-01-01T00:00:00Z"), &*bogota, &Holidays);
    assert_eq!(state, State { open: true, next_open: None, closes_at: None });

    let once = json!({"zone": zone, "weekly": week, "exceptions": [{"date": "2190-05-05", "closed": true}]});
    let (schedule, bogota) = parse(&once, zones()).expect("valid");
    let state = schedule.state_at(at("2026-01-01T00:00:00Z"), &*bogota, &Holidays);
    assert_eq!(state.closes_at, Some(at("2190-05-05T05:00:00Z")));

    let years: Vec<Value> = (0..3000)
        .map(|day| {
            let date =
                NaiveDate::from_ymd_opt(2026, 1, 1).expect("a date") + chrono::TimeDelta::days(day);
            json!({"date": date.to_string(), "closed": true})
        })
        .collect();
    let long_holiday = json!({"zone": zone, "weekly": week, "exceptions": years});
    let (schedule, bogota) = parse(&long_holiday, zones()).expect("valid");
    let state = schedule.state_at(at("2026-01-02T00:00:00Z"), &*bogota, &Holidays);
    assert_eq!(state.next_open, Some(at("2034-03-20T05:00:00Z")));
}
