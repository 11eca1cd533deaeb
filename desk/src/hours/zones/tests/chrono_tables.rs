//! The tables of chrono-tz as a second opinion: another reader of an older release.

use super::*;
use chrono::{MappedLocalTime, NaiveDateTime, Offset as _, TimeZone};
use chrono_tz::{GapInfo, TZ_VARIANTS, Tz};
use protocol::schedule::Offset;

/// Corrected for years before 2026 since the release of the tables.
const CORRECTED: [&str; 2] = ["Europe/Chisinau", "Europe/Tiraspol"];
/// Releases after that of the tables changed nothing else from here …
const SAME_FROM: i64 = 725_846_400; // 1993-01-01
/// … to here.
const SAME_UNTIL: i64 = 1_788_220_800; // 2026-09-01
const HOUR: i64 = 3600;

/// A zone as chrono-tz has it. Beyond chrono's range of years the offset is the last within it.
struct Table(Tz);

impl Zone for Table {
    fn offset_at(&self, at: Timestamp) -> Offset {
        let utc = at.to_utc().naive_utc();
        Offset(self.0.offset_from_utc_datetime(&utc).fix().local_minus_utc())
    }

    fn instant_of(&self, local: LocalTime) -> Timestamp {
        let wall = DateTime::from_timestamp(local.0, 0)
            .map_or(if local.0 < 0 { NaiveDateTime::MIN } else { NaiveDateTime::MAX }, |wall| {
                wall.naive_utc()
            });
        let seconds_east = match self.0.offset_from_local_datetime(&wall) {
            MappedLocalTime::Single(offset) | MappedLocalTime::Ambiguous(offset, _) => {
                offset.fix().local_minus_utc()
            }
            // The offset before the gap moves the time forward by the gap's length.
            MappedLocalTime::None => GapInfo::new(&wall, &self.0)
                .and_then(|gap| gap.begin)
                .map_or(0, |(_, before)| before.fix().local_minus_utc()),
        };
        Timestamp(local.0.saturating_sub(i64::from(seconds_east)).saturating_mul(1000))
    }
}

fn table_of(name: &str) -> Table {
    Table(name.parse().expect("chrono-tz knows it"))
}

fn release_of_tables() -> Release {
    Release::parse(chrono_tz::IANA_TZDB_VERSION).expect("a release")
}

/// Else chrono-tz would have to be a source of its own.
#[test]
fn the_data_built_in_is_as_new_as_chrono_tz_and_lacks_none_of_its_zones() {
    assert!(Release::built_in() >= release_of_tables());
    let data = ZoneData::built_in();
    for zone in TZ_VARIANTS {
        assert!(data.knows_zone(zone.name()), "{zone}");
    }
}

#[test]
fn every_vector_that_the_tables_are_new_enough_for_holds_with_them() {
    check_vectors(Some(&release_of_tables()), |name| Arc::new(table_of(name)));
}

#[test]
fn the_data_built_in_agrees_with_the_tables_where_no_later_release_differs() {
    let data = ZoneData::built_in();
    for tz in TZ_VARIANTS {
        if CORRECTED.contains(&tz.name()) {
            continue;
        }
        let (table, zone) = (Table(tz), data.find_zone(tz.name()).expect("built in"));
        // Odd hours of all days of the week and of the year; a few zones in every hour or so.
        let step = if ZONES.contains(&tz.name()) { 7 * HOUR } else { (5 * 24 + 7) * HOUR };
        for second in (SAME_FROM..SAME_UNTIL).step_by(usize::try_from(step).expect("small")) {
            let at = Timestamp(second * 1000);
            assert_eq!(table.offset_at(at), zone.offset_at(at), "{tz} {at:?}");
            let local = LocalTime(second + HOUR / 2);
            assert_eq!(table.instant_of(local), zone.instant_of(local), "{tz} {local:?}");
        }
    }
}
