//! Which schedules are refused, by which name and with which words.

use proptest::prelude::*;
use protocol::{
    Timestamp,
    availability::availability,
    schedule::{
        HolidaySource, LocalTime, NoHolidays, Offset, Schedule, ScheduleError, Transitions, Zone,
        ZoneSource,
    },
    status::Reason,
    strings::Strings,
};
use serde_json::{Value, json};

/// A world of one zone, five hours west of UTC all year.
struct Bogota;

impl ZoneSource for Bogota {
    fn knows_zone(&self, name: &str) -> bool {
        name == "America/Bogota"
    }
}

fn zone() -> Transitions {
    Transitions::new(Offset(-5 * 3600), Vec::new())
}

fn parse(form: &Value) -> Result<Schedule, ScheduleError> {
    Schedule::parse(form, &Bogota, &NoHolidays)
}

fn refused(form: &Value) -> ScheduleError {
    parse(form).expect_err("refused")
}

fn monday(intervals: Value) -> Value {
    json!({"zone": "America/Bogota", "weekly": {"mon": intervals}})
}

fn exceptions(list: Value) -> Value {
    json!({"zone": "America/Bogota", "exceptions": list})
}

fn at(text: &str) -> Timestamp {
    chrono::DateTime::parse_from_rfc3339(text).expect("RFC 3339").to_utc().into()
}

#[test]
fn zones_that_are_refused() {
    for zone in [
        json!("Mars/Phobos"),
        json!(""),
        json!(null),
        json!(-5),
        json!(["America/Bogota"]),
        json!("america/bogota"),
    ] {
        assert_eq!(
            refused(&json!({"zone": zone, "weekly": {}})).code(),
            "unknown_time_zone",
            "{zone}"
        );
    }
    assert_eq!(refused(&json!({"weekly": {}})).code(), "unknown_time_zone");
}

#[test]
fn times_that_are_refused() {
    for (start, end) in [
        ("9:00", "10:00"),
        ("09:60", "10:00"),
        ("09:00", "24:30"),
        ("09:00", "24:01"),
        ("24:00", "10:00"),
        ("24:00", "24:00"),
        ("09:00", "25:00"),
        ("09:00", "10:0"),
        ("09:00:00", "10:00"),
        ("09.00", "10:00"),
        ("0900", "1000"),
        (" 09:00", "10:00"),
        ("09:00", "10:00 "),
        ("09:00", ""),
        ("-9:00", "10:00"),
        ("+9:00", "10:00"),
        ("09:00", "٠٩:٠٠"),
        ("9am", "5pm"),
        ("09:00Z", "10:00"),
    ] {
        assert_eq!(refused(&monday(json!([[start, end]]))).code(), "time_invalid", "{start} {end}");
    }
    for pair in [json!([9, 17]), json!([null, "10:00"]), json!([["09:00"], "10:00"])] {
        assert_eq!(refused(&monday(json!([pair]))).code(), "time_invalid", "{pair}");
    }
}

#[test]
fn intervals_that_are_refused() {
    for (intervals, code) in [
        (json!([["09:00", "09:00"]]), "interval_empty"),
        (json!([["00:00", "00:00"]]), "interval_empty"),
        (json!([["09:00"]]), "interval_invalid"),
        (json!([["09:00", "10:00", "11:00"]]), "interval_invalid"),
        (json!(["09:00", "10:00"]), "interval_invalid"),
        (json!([{"from": "09:00", "to": "10:00"}]), "interval_invalid"),
        (json!("09:00-10:00"), "schedule_invalid"),
        (json!([["09:00", "13:00"], ["12:00", "18:00"]]), "intervals_overlap"),
        (json!([["12:00", "18:00"], ["09:00", "12:01"]]), "intervals_overlap"),
        (json!([["09:00", "13:00"], ["09:00", "13:00"]]), "intervals_overlap"),
        (json!([["22:00", "06:00"], ["23:00", "24:00"]]), "intervals_overlap"),
        (json!([["20:00", "23:00"], ["22:00", "06:00"]]), "intervals_overlap"),
        (json!([["00:00", "24:00"], ["23:59", "24:00"]]), "intervals_overlap"),
    ] {
        assert_eq!(refused(&monday(intervals.clone())).code(), code, "{intervals}");
    }
}

#[test]
fn intervals_that_are_accepted() {
    for intervals in [
        json!([]),
        json!([["00:00", "24:00"]]),
        json!([["09:00", "13:00"], ["13:00", "18:00"]]),
        json!([["22:00", "06:00"], ["05:00", "09:00"]]),
        json!([["22:00", "00:00"]]),
        json!([["00:01", "00:00"]]),
        json!([["23:59", "24:00"]]),
    ] {
        assert!(parse(&monday(intervals.clone())).is_ok(), "{intervals}");
    }
}

#[test]
fn dates_and_exceptions_that_are_refused() {
    for date in [
        json!("2026-02-30"),
        json!("2025-02-29"),
        json!("2100-02-29"),
        json!("25/12/2026"),
        json!("2026-13-01"),
        json!("2026-1-2"),
        json!("2026-12-25T00:00:00Z"),
        json!("12026-12-25"),
        json!("-2026-12-25"),
        json!("+2026-12-5"),
        json!("20261225"),
        json!(""),
        json!(20_261_225),
        json!(null),
    ] {
        assert_eq!(
            refused(&exceptions(json!([{"date": date, "closed": true}]))).code(),
            "date_invalid",
            "{date}"
        );
    }
    for (exception, code) in [
        (json!({"closed": true}), "date_invalid"),
        (json!({"date": "2026-12-25"}), "exception_invalid"),
        (json!({"date": "2026-12-25", "closed": false}), "exception_invalid"),
        (
            json!({"date": "2026-12-25", "closed": true, "intervals": [["09:00", "10:00"]]}),
            "exception_invalid",
        ),
        (json!({"date": "2026-12-25", "closed": "yes"}), "schedule_invalid"),
        (json!({"date": "2026-12-25", "close": true}), "unknown_key"),
        (
            json!({"date": "2026-12-25", "intervals": [["09:00", "11:00"], ["10:00", "12:00"]]}),
            "intervals_overlap",
        ),
        (json!({"date": "2026-12-25", "intervals": [["09:00", "09:00"]]}), "interval_empty"),
        (json!("2026-12-25"), "schedule_invalid"),
    ] {
        assert_eq!(refused(&exceptions(json!([exception]))).code(), code, "{exception}");
    }
    let twice = json!([{"date": "2026-12-25", "closed": true}, {"date": "2026-12-25", "intervals": [["09:00", "10:00"]]}]);
    assert_eq!(refused(&exceptions(twice)).code(), "date_repeated");
    for date in ["2024-02-29", "2000-02-29", "0001-01-01", "9999-12-31"] {
        assert!(parse(&exceptions(json!([{"date": date, "closed": true}]))).is_ok(), "{date}");
    }
}

#[test]
fn forms_that_are_refused() {
    for (form, code) in [
        (json!(null), "schedule_invalid"),
        (json!([]), "schedule_invalid"),
        (json!({"zone": "America/Bogota", "weekly": []}), "schedule_invalid"),
        (json!({"zone": "America/Bogota", "weekly": {"monday": []}}), "unknown_weekday"),
        (json!({"zone": "America/Bogota", "weekly": {"Mon": []}}), "unknown_weekday"),
        (json!({"zone": "America/Bogota", "weekley": {}}), "unknown_key"),
        (json!({"zone": "America/Bogota", "offset": -5}), "unknown_key"),
        (json!({"zone": "America/Bogota", "holidays": "XX"}), "unknown_country"),
        (json!({"zone": "America/Bogota", "holidays": true}), "unknown_country"),
        (json!({"zone": "America/Bogota", "exceptions": {}}), "schedule_invalid"),
    ] {
        assert_eq!(refused(&form).code(), code, "{form}");
    }
}

/// The sentences of the catalogue.
fn english() -> Strings {
    let catalogue: toml::Table =
        include_str!("../../locales/en/settings.toml").parse().expect("TOML");
    let sentences = catalogue["settings"]["schedule"].as_table().expect("a table");
    let flat = sentences.iter().map(|(key, text)| {
        (format!("settings.schedule.{key}"), text.as_str().expect("text").to_owned())
    });
    flat.collect()
}

#[test]
fn refusals_name_day_and_interval() {
    let words: Vec<String> = [
        json!({"zone": "GMT-6"}),
        json!({"zone": "CST6CDT; DROP TABLE"}),
        json!({}),
        monday(json!([["09:00", "09:00"]])),
        monday(json!([["09:60", "10:00"]])),
        monday(json!([["24:00", "10:00"]])),
        monday(json!([["09:00"]])),
        monday(json!([["09:00", "13:00"], ["12:00", "18:00"]])),
        json!({"zone": "America/Bogota", "weekly": {"lunes": []}}),
        exceptions(json!([{"date": "2026-02-30", "closed": true}])),
        exceptions(
            json!([{"date": "2026-12-25", "intervals": [["09:00", "11:00"], ["10:00", "12:00"]]}]),
        ),
        exceptions(json!([{"date": "2026-12-25"}])),
        exceptions(
            json!([{"date": "2026-12-25", "closed": true}, {"date": "2026-12-25", "closed": true}]),
        ),
        json!({"zone": "America/Bogota", "holidays": "Colombia"}),
        json!({"zone": "x".repeat(5000)}),
    ]
    .iter()
    .map(|form| {
        let error = refused(form);
        format!("{}: {}", error.code(), english().schedule(&error))
    })
    .collect();
    insta::assert_snapshot!(words.join("\n"));
}

/// Only Christmas, and only in Colombia.
struct Christmas;

impl HolidaySource for Christmas {
    fn knows_country(&self, country: &str) -> bool {
        country == "CO"
    }
    fn is_holiday(&self, _: &str, date: chrono::NaiveDate) -> bool {
        date.to_string().ends_with("-12-25")
    }
}

#[test]
fn the_reason_that_lasts_longest_is_told() {
    let day = json!([["08:00", "12:00"], ["14:00", "17:30"]]);
    let form = json!({
        "zone": "America/Bogota", "holidays": "CO", "weekly": {"mon": day, "tue": day, "wed": day, "thu": day, "fri": day},
        "exceptions": [{"date": "2026-11-24", "closed": true}, {"date": "2026-11-25", "intervals": [["08:00", "10:00"]]}],
    });
    let schedule = Schedule::parse(&form, &Bogota, &Christmas).expect("valid");
    let reason = |closed_now, agents, now| {
        let answer = availability(&schedule, &zone(), &Christmas, closed_now, agents, at(now));
        assert_eq!(answer.open, answer.reason == Reason::Open);
        (answer.reason, answer.changes_at.map(Timestamp::to_rfc3339).expect("it changes"))
    };
    let noon = "2026-11-23T17:00:00Z".to_owned();
    assert_eq!(reason(false, 1, "2026-11-23T16:59:59.999Z"), (Reason::Open, noon.clone()));
    assert_eq!(reason(false, 0, "2026-11-23T16:00:00Z"), (Reason::NoAgents, noon.clone()));
    assert_eq!(reason(true, 1, "2026-11-23T16:00:00Z"), (Reason::Override, noon));
    assert_eq!(
        reason(false, 0, "2026-11-23T17:00:00Z"),
        (Reason::OutsideHours, "2026-11-23T19:00:00Z".into())
    );
    let wednesday = "2026-11-25T13:00:00Z".to_owned();
    assert_eq!(reason(false, 1, "2026-11-24T15:00:00Z"), (Reason::Holiday, wednesday.clone()));
    assert_eq!(reason(true, 1, "2026-11-24T15:00:00Z"), (Reason::Override, wednesday));
    assert_eq!(
        reason(false, 1, "2026-11-25T16:00:00Z"),
        (Reason::OutsideHours, "2026-11-26T13:00:00Z".into())
    );
    assert_eq!(
        reason(false, 1, "2026-12-25T16:00:00Z"),
        (Reason::Holiday, "2026-12-28T13:00:00Z".into())
    );
}

/// Clocks that skip the hour from 02:00 on the first day of 1970, and live the hour from 02:00 of the tenth twice.
fn changing() -> Transitions {
    const DAY: i64 = 86_400;
    Transitions::new(Offset(0), vec![(2 * 3600, Offset(3600)), (9 * DAY + 2 * 3600, Offset(0))])
}

#[test]
fn a_skipped_time_moves_forward_and_a_repeated_one_is_its_first() {
    let hour = |hours: f64| {
        #[expect(clippy::cast_possible_truncation, reason = "quarters of an hour")]
        let seconds = (hours * 3600.0) as i64;
        seconds
    };
    let instant = |local: f64| changing().instant_of(LocalTime(hour(local))).0 / 1000;
    assert_eq!(instant(1.75), hour(1.75));
    assert_eq!(instant(2.0), hour(2.0));
    assert_eq!(instant(2.5), hour(2.5), "shown as 03:30");
    assert_eq!(instant(3.0), hour(2.0));
    let tenth = 9.0 * 24.0;
    assert_eq!(instant(tenth + 2.5), hour(tenth + 1.5));
    assert_eq!(instant(tenth + 3.0), hour(tenth + 3.0));
}

fn any_json() -> impl Strategy<Value = Value> {
    let words = prop::sample::select(
        &[
            "zone",
            "weekly",
            "exceptions",
            "holidays",
            "date",
            "closed",
            "intervals",
            "mon",
            "America/Bogota",
            "2026-12-25",
            "2026-02-30",
            "09:00",
            "13:00",
            "24:00",
            "09:60",
            "CO",
            "",
            "\0",
            "9999-12-31",
            "ñ",
        ][..],
    );
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        words.clone().prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 60, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::btree_map(words.clone().prop_map(str::to_owned), inner, 0..6)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_form_makes_it_panic(form in any_json(), weekly in any_json(), exceptions in any_json()) {
        let _ = parse(&form).map_err(|error| error.to_string());
        let form = json!({"zone": "America/Bogota", "weekly": {"mon": weekly}, "exceptions": [exceptions]});
        let _ = parse(&form).map_err(|error| error.to_string());
    }

    #[test]
    fn no_instant_makes_it_panic(now in any::<i64>(), changes in prop::collection::vec((any::<i64>(), -64_800i32..64_800), 0..5)) {
        let changes = changes.into_iter().map(|(second, offset)| (second, Offset(offset))).collect();
        let zone = Transitions::new(Offset(0), changes);
        let schedule = parse(&monday(json!([["22:00", "06:00"]]))).expect("valid");
        schedule.state_at(Timestamp(now), &zone, &NoHolidays);
    }
}
