//! Which data is used: built in, named by `TZDIR`, the host's.

use super::*;

/// Bogotá's name on a zone that is 3 hours east all year: whoever reads these files is found out.
const EAST: &str = "<+03>-3";
/// Vancouver as it was until release 2026a: its clocks still change in November 2026.
const VANCOUVER_2025: &str = "PST8PDT,M3.2.0,M11.1.0";

fn release(text: &str) -> Release {
    Release::parse(text).expect("a release")
}

/// A zone file that holds nothing but a rule for all years (RFC 9636).
fn zone_file(rule: &str) -> Vec<u8> {
    let header = |file: &mut Vec<u8>| {
        file.extend(b"TZif2");
        file.extend([0; 15]);
        for count in [0u32, 0, 0, 0, 1, 4] {
            file.extend(count.to_be_bytes());
        }
        file.extend([0, 0, 0x2a, 0x30, 0, 0]);
        file.extend(b"+03\0");
    };
    let mut file = Vec::new();
    header(&mut file);
    header(&mut file);
    file.extend(format!("\n{rule}\n").bytes());
    file
}

/// A folder of zone files that differ from the true ones; `version`: the release that they say they are of.
fn folder(version: Option<&str>) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::create_dir(folder.path().join("America")).expect("a folder");
    for (name, rule) in
        [("UTC", "UTC0"), ("America/Bogota", EAST), ("America/Vancouver", VANCOUVER_2025)]
    {
        std::fs::write(folder.path().join(name), zone_file(rule)).expect("a file");
    }
    if let Some(version) = version {
        let line = format!("# version {version}\n# This zic input file is in the public domain.\n");
        std::fs::write(folder.path().join("tzdata.zi"), line).expect("a file");
    }
    folder
}

fn hours_east_of_bogota(data: &ZoneData) -> i32 {
    data.find_zone("America/Bogota").expect("known").offset_at(Timestamp(0)).0 / 3600
}

const ABSENT: &str = "/nonexistent/zones";

#[test]
fn the_latest_release_is_used_wherever_it_is() {
    let equal = Release::built_in().to_string();
    for (named, host, hours) in [
        (None, None, -5),
        (None, Some("2025b"), -5),
        (None, Some(&*equal), 3),
        (None, Some("9999z"), 3),
        (Some("2025b"), None, -5),
        (Some("9999z"), None, 3),
        (Some("2025b"), Some("9999z"), 3),
        (Some("9999z"), Some("2025b"), 3),
    ] {
        let (named_folder, host_folder) = (folder(named), folder(host));
        let named_folder = named.map(|_| named_folder.path());
        let host_folder = host.map_or(Path::new(ABSENT), |_| host_folder.path());
        let data = ZoneData::newest_of(named_folder, host_folder);
        assert_eq!(hours_east_of_bogota(&data), hours, "{named:?}, {host:?}: {data}");
    }
}

#[test]
fn files_of_an_unknown_release_are_used_only_when_they_are_named() {
    let unknown = folder(None);
    let named = ZoneData::newest_of(Some(unknown.path()), Path::new(ABSENT));
    assert_eq!((hours_east_of_bogota(&named), named.release()), (3, None));
    let found = ZoneData::newest_of(None, unknown.path());
    assert_eq!(hours_east_of_bogota(&found), -5);
}

#[test]
fn a_zone_that_the_files_lack_comes_from_the_data_built_in() {
    let newer = folder(Some("9999z"));
    let data = ZoneData::newest_of(Some(newer.path()), Path::new(ABSENT));
    assert!(data.knows_zone("Europe/Madrid"));
    assert!(!data.knows_zone("Mars/Phobos"));
}

#[test]
fn every_vector_holds_with_an_empty_tzdir_and_with_old_files() {
    let (empty, old) = (tempfile::tempdir().expect("a folder"), folder(Some("2025b")));
    let (absent, no_path) = (Path::new(ABSENT), Path::new(""));
    for (tzdir, host) in [
        (None, old.path()),
        (Some(old.path()), absent),
        (Some(old.path()), old.path()),
        (Some(empty.path()), absent),
        (Some(empty.path()), old.path()),
        (Some(absent), old.path()),
        (Some(no_path), old.path()),
    ] {
        check_all_vectors(&ZoneData::newest_of(tzdir, host));
    }
}

/// British Columbia changed its clocks for the last time in March 2026.
#[test]
fn a_host_with_old_files_is_not_an_hour_off_in_vancouver() {
    let old = folder(Some("2025b"));
    let form = json!({"zone": "America/Vancouver", "weekly": {"wed": [["09:00", "17:00"]]}});
    let open = |data: &ZoneData| {
        let (schedule, zone) = parse(&form, data).expect("valid");
        schedule.state_at(at("2026-11-25T16:30:00Z"), &*zone, &Holidays).open
    };
    assert!(open(&ZoneData::newest_of(None, old.path())));
    assert!(!open(&ZoneData::with(Some(old.path().to_owned()), None)), "the files are old ones");
}

#[test]
fn releases_are_in_order() {
    assert!(release("2025b") < release("2025c"));
    assert!(release("2025z") < release("2025za"));
    assert!(release("2025za") < release("2026a"));
    assert!(Release::built_in() >= release("2026f"));
    assert_eq!(release("2026e-rearguard").to_string(), "2026e");
    for text in ["", "2025", "25b", "2025bb1", "unknown", "20255", "2025 b"] {
        assert!(Release::parse(text).is_none(), "{text:?}");
    }
}

#[test]
fn a_release_is_old_a_year_after_the_middle_of_its_own() {
    let is_old =
        |name: &str, now: &str| release(name).is_older_than_a_year(at(&format!("{now}T00:00:00Z")));
    assert!(is_old("2025b", "2026-11-25"));
    assert!(!is_old("2026f", "2026-11-25"));
    assert!(!is_old("2026f", "2027-06-30"));
    assert!(is_old("2026f", "2027-07-01"));
    assert!(is_old("2026f", "2031-01-01"));
    assert!(!is_old("2026f", "2020-01-01"));
}
