//! Schedules by real zone data: the vectors, names, holidays.

use super::*;
use chrono::DateTime;
use protocol::{
    Timestamp,
    schedule::{LocalTime, State},
};
use serde_json::{Value, json};

mod chrono_tables;
mod scan;
mod sources;

const VECTORS: &str = include_str!("../../../testdata/hours.json");

/// Zones with every kind of clock change, and some with none.
const ZONES: [&str; 22] = [
    "Africa/Cairo",
    "Africa/Casablanca",
    "America/Asuncion",
    "America/Bogota",
    "America/Havana",
    "America/Mexico_City",
    "America/New_York",
    "America/Nuuk",
    "America/Santiago",
    "America/Sao_Paulo",
    "America/St_Johns",
    "America/Tijuana",
    "Antarctica/Troll",
    "Asia/Gaza",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Etc/GMT+12",
    "Europe/Dublin",
    "Europe/Madrid",
    "Pacific/Apia",
    "Pacific/Chatham",
    "Pacific/Easter",
];

fn at(text: &str) -> Timestamp {
    DateTime::parse_from_rfc3339(text).expect("RFC 3339").to_utc().into()
}

fn vectors() -> Value {
    serde_json::from_str(VECTORS).expect("the vectors are JSON")
}

fn parse(form: &Value, data: &ZoneData) -> Result<(Schedule, SharedZone), ScheduleError> {
    let schedule = Schedule::parse(form, data, &Holidays)?;
    let zone = data.find_zone(schedule.zone().as_str()).expect("a zone that was accepted is there");
    Ok((schedule, zone))
}

/// Every vector must hold with these zones. Data of an older `release` is excused from those that need a later one.
fn check_vectors(release: Option<&Release>, find_zone: impl Fn(&str) -> SharedZone) {
    let vectors = vectors();
    let all = vectors["vectors"].as_array().expect("vectors");
    assert!(all.len() >= 50);
    for vector in all {
        let needs =
            vector["min_tzdb"].as_str().map(|text| Release::parse(text).expect("a release"));
        if needs.is_some() && release < needs.as_ref() {
            continue;
        }
        let form = &vectors["schedules"][vector["schedule"].as_str().expect("schedule")];
        let schedule = Schedule::parse(form, zones(), &Holidays).expect("a valid schedule");
        let expect = &vector["expect"];
        let instant = |key: &str| expect[key].as_str().map(at);
        let expected = State {
            open: expect["open"].as_bool().expect("open"),
            next_open: instant("next_open"),
            closes_at: instant("closes_at"),
        };
        let now = at(vector["at"].as_str().expect("at"));
        let state = schedule.state_at(now, &*find_zone(schedule.zone().as_str()), &Holidays);
        assert_eq!(state, expected, "{} with {release:?}", vector["id"]);
    }
}

/// Every vector, whatever release it needs.
fn check_all_vectors(data: &ZoneData) {
    let newest = Release::parse("9999z").expect("a release");
    check_vectors(Some(&newest), |name| data.find_zone(name).expect("known"));
}

#[test]
fn every_vector_holds_with_the_data_built_in() {
    check_all_vectors(&ZoneData::built_in());
}

#[test]
fn every_vector_holds_with_what_this_host_has() {
    check_all_vectors(zones());
}

#[test]
fn every_invalid_schedule_is_refused_by_its_code() {
    for case in vectors()["invalid_schedules"].as_array().expect("cases") {
        let error = Schedule::parse(&case["schedule"], zones(), &Holidays).expect_err("refused");
        assert_eq!(error.code(), case["error"].as_str().expect("code"), "{}: {error}", case["id"]);
    }
}

#[test]
fn names_that_are_no_zones_are_unknown() {
    for name in [
        "",
        " ",
        "Mars/Phobos",
        "GMT-6",
        "UTC+3",
        "-05:00",
        "CST6CDT; DROP TABLE",
        "America",
        "America/",
        "/America/Bogota",
        "../zoneinfo/America/Bogota",
        "America/../America/Bogota",
        "America/Bogota/",
        "america/bogota",
        "America/Bogota\0",
        "America//Bogota",
        "posix/America/Bogota",
        "right/America/Bogota",
        "posixrules",
        "localtime",
        "Factory",
        "tzdata.zi",
        "zone.tab",
        "./UTC",
        "America/Bogotá",
        "America/Mexico City",
        "AMERICA/BOGOTA",
    ] {
        assert!(zones().find_zone(name).is_none(), "{name:?}");
    }
    for name in
        ["UTC", "Etc/GMT+6", "EST5EDT", "America/Argentina/Buenos_Aires", "America/Port-au-Prince"]
    {
        assert!(zones().find_zone(name).is_some(), "{name:?}");
    }
}

#[test]
fn the_rule_of_a_zone_file_holds_for_ever() {
    let madrid = ZoneData::built_in().find_zone("Europe/Madrid").expect("known");
    for (year, summer) in
        [("2050", 7200), ("2499", 7200), ("2500", 7200), ("3000", 7200), ("9999", 7200)]
    {
        assert_eq!(madrid.offset_at(at(&format!("{year}-07-01T00:00:00Z"))).0, summer, "{year}");
        assert_eq!(madrid.offset_at(at(&format!("{year}-01-01T00:00:00Z"))).0, 3600, "{year}");
        let noon = at(&format!("{year}-07-01T12:00:00Z")).0 / 1000;
        assert_eq!(madrid.instant_of(LocalTime(noon)), Timestamp((noon - 7200) * 1000));
    }
}

#[test]
fn a_holiday_closes_unless_an_exception_names_it() {
    let form = json!({
        "zone": "America/Bogota", "holidays": "CO", "weekly": {"mon": [["08:00", "12:00"]], "fri": [["08:00", "12:00"]]},
        "exceptions": [{"date": "2026-12-25", "intervals": [["09:00", "10:00"]]}],
    });
    let (schedule, zone) = parse(&form, zones()).expect("valid");
    let open = |text: &str| schedule.state_at(at(text), &*zone, &Holidays).open;
    assert!(!open("2026-11-16T14:00:00Z"), "Independence of Cartagena, moved to Monday");
    assert!(open("2026-11-23T14:00:00Z"));
    assert!(open("2026-12-25T14:30:00Z"), "the exception comes first");
    assert!(!open("2026-12-25T13:30:00Z"));
    let unknown = json!({"zone": "America/Bogota", "holidays": "co"});
    let refused = Schedule::parse(&unknown, zones(), &Holidays).expect_err("refused");
    assert_eq!(refused.code(), "unknown_country");
}
