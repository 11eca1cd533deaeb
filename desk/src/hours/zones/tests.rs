use super::*;
use chrono::{DateTime, NaiveDate};
use proptest::prelude::*;
use protocol::{
    Timestamp,
    schedule::{LocalTime, NoHolidays, State},
};
use serde_json::{Value, json};

const VECTORS: &str = include_str!("../../../testdata/hours.json");
const DAY: i64 = 86_400;
const MINUTE: i64 = 60;

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
    let zone = data.find_zone(schedule.zone()).expect("a zone that was accepted is there");
    Ok((schedule, zone))
}

/// Checks all, but those that need newer data than this.
fn check_vectors(data: &ZoneData) {
    let vectors = vectors();
    let mut checked = 0;
    for vector in vectors["vectors"].as_array().expect("vectors") {
        let needs = vector["min_tzdb"].as_str().and_then(Release::parse);
        if needs.is_some_and(|needs| data.release().is_none_or(|release| *release < needs)) {
            continue;
        }
        let form = &vectors["schedules"][vector["schedule"].as_str().expect("schedule")];
        let (schedule, zone) = parse(form, data).expect("a valid schedule");
        let expect = &vector["expect"];
        let instant = |key: &str| expect[key].as_str().map(at);
        let expected = State {
            open: expect["open"].as_bool().expect("open"),
            next_open: instant("next_open"),
            closes_at: instant("closes_at"),
        };
        let now = at(vector["at"].as_str().expect("at"));
        let state = schedule.state_at(now, &*zone, &Holidays);
        assert_eq!(state, expected, "{} with {data}", vector["id"]);
        checked += 1;
    }
    assert!(checked >= 50, "{checked} with {data}");
}

#[test]
fn every_vector_holds_with_the_built_in_tables() {
    check_vectors(&ZoneData::built_in());
}

#[test]
fn every_vector_holds_with_the_newest_data() {
    check_vectors(zones());
}

/// Two zones of release 2026f, in which British Columbia and Alberta stop changing their clocks.
#[test]
fn every_vector_holds_with_a_newer_release_in_tzdir() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/zoneinfo");
    let data = ZoneData::newest(Some(&folder));
    assert_eq!(data.release().map(ToString::to_string).as_deref(), Some("2026f"));
    check_vectors(&data);
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
fn built_in_tables_and_zone_files_of_one_release_agree() {
    let host = ZoneData::newest(None);
    if host.source().is_none() || host.release() != Some(&Release::built_in()) {
        return;
    }
    for name in ZONES {
        let built_in = built_in::find(name).expect("built in");
        let file = host.find_zone(name).expect("on the host");
        for hours in (0..60 * 366 * 24).step_by(7) {
            let instant = Timestamp(hours * 3_600_000);
            assert_eq!(built_in.offset_at(instant), file.offset_at(instant), "{name} {instant:?}");
            let local = LocalTime(hours * 3600 + 1800);
            assert_eq!(built_in.instant_of(local), file.instant_of(local), "{name} {local:?}");
        }
    }
}

#[test]
fn the_rule_of_a_zone_file_holds_for_ever() {
    let data = ZoneData::newest(None);
    if data.source().is_none() {
        return;
    }
    let madrid = data.find_zone("Europe/Madrid").expect("known");
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
fn releases_are_in_order() {
    let release = |text: &str| Release::parse(text).expect("a release");
    assert!(release("2025b") < release("2025c"));
    assert!(release("2025z") < release("2025za"));
    assert!(release("2025za") < release("2026a"));
    assert!(Release::built_in() >= release("2025b"));
    assert_eq!(release("2026e-rearguard").to_string(), "2026e");
    for text in ["", "2025", "25b", "2025bb1", "unknown", "20255", "2025 b"] {
        assert!(Release::parse(text).is_none(), "{text:?}");
    }
}

/// A folder as `TZDIR` might name it: one zone, Bogotá's name on a zone that is 3 hours east all year.
fn folder(version: Option<&str>) -> tempfile::TempDir {
    let mut file = b"TZif2".to_vec();
    let header = |file: &mut Vec<u8>| {
        file.extend([0; 15]);
        for count in [0u32, 0, 0, 0, 1, 4] {
            file.extend(count.to_be_bytes());
        }
        file.extend([0, 0, 0x2a, 0x30, 0, 0]);
        file.extend(b"+03\0");
    };
    header(&mut file);
    file.extend(b"TZif2");
    header(&mut file);
    file.extend(b"\n<+03>-3\n");
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::create_dir(folder.path().join("America")).expect("a folder");
    for name in ["UTC", "America/Bogota"] {
        std::fs::write(folder.path().join(name), &file).expect("a file");
    }
    if let Some(version) = version {
        let line = format!("# version {version}\n# This zic input file is in the public domain.\n");
        std::fs::write(folder.path().join("tzdata.zi"), line).expect("a file");
    }
    folder
}

fn bogota(data: &ZoneData) -> i32 {
    data.find_zone("America/Bogota").expect("known").offset_at(Timestamp(0)).0 / 3600
}

#[test]
fn the_newer_of_tables_and_files_is_used() {
    for (version, offset) in [(Some("2024a"), -5), (Some("9999z"), 3), (None, 3)] {
        let folder = folder(version);
        let data = ZoneData::newest(Some(folder.path()));
        assert_eq!(bogota(&data), offset, "{version:?}: {data}");
    }
}

#[test]
fn a_zone_that_the_files_lack_comes_from_the_tables() {
    let folder = folder(Some("9999z"));
    let data = ZoneData::newest(Some(folder.path()));
    assert!(data.knows_zone("Europe/Madrid"));
    assert!(!data.knows_zone("Mars/Phobos"));
}

#[test]
fn a_tzdir_that_is_no_zone_folder_is_passed_over() {
    let empty = tempfile::tempdir().expect("a folder");
    for folder in [empty.path(), Path::new("/nonexistent/zones"), Path::new("")] {
        assert_eq!(bogota(&ZoneData::newest(Some(folder))), -5);
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

// The oracle: no clever search, no zone's own `instant_of`, every minute looked at.

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
