//! Instants and spans as people read them. The reader's zone comes in: the page has no time-zone table.

use super::reader_zone::ReaderZone;
use crate::words::Words;
use protocol::Timestamp;

/// A day of the calendar where the reader sits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Day {
    /// The year.
    pub year: i64,
    /// 1 to 12.
    pub month: i64,
    /// 1 to 31.
    pub day: i64,
}

fn day_count(at: Timestamp, zone: &ReaderZone) -> i64 {
    zone.local(at).day()
}

/// The day that an instant falls on.
pub fn day(at: Timestamp, zone: &ReaderZone) -> Day {
    // Days to a civil date, by eras of 400 years from 1 March of year 0 (Hinnant, "chrono-compatible low-level date
    // algorithms").
    let days = day_count(at, zone) + 719_468;
    let era = days.div_euclid(146_097);
    let of_era = days.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    Day { year: year_of_era + era * 400 + i64::from(month <= 2), month, day }
}

/// `11:44`.
pub fn time(at: Timestamp, zone: &ReaderZone) -> String {
    let minutes = zone.local(at).0.div_euclid(60);
    format!("{:02}:{:02}", minutes.div_euclid(60).rem_euclid(24), minutes.rem_euclid(60))
}

/// `hoy`, `ayer`, `22 nov`, `22 nov 2025`.
pub fn date(at: Timestamp, now: Timestamp, zone: &ReaderZone, words: Words) -> String {
    match day_count(now, zone) - day_count(at, zone) {
        0 => words.get("today"),
        1 => words.get("yesterday"),
        _ => {
            let on = day(at, zone);
            let month = words.get(&format!("month_{}", on.month));
            let number = on.day.to_string();
            if on.year == day(now, zone).year {
                words.fill("date", &[("day", &number), ("month", &month)])
            } else {
                let year = on.year.to_string();
                words.fill("date_year", &[("day", &number), ("month", &month), ("year", &year)])
            }
        }
    }
}

/// The time today, the date before: for a row of a list.
pub fn short(at: Timestamp, now: Timestamp, zone: &ReaderZone, words: Words) -> String {
    if day_count(at, zone) == day_count(now, zone) {
        time(at, zone)
    } else {
        date(at, now, zone, words)
    }
}

/// `22 nov, 11:42`.
pub fn long(at: Timestamp, now: Timestamp, zone: &ReaderZone, words: Words) -> String {
    format!("{}, {}", date(at, now, zone, words), time(at, zone))
}

/// `02:10`, `1:02:10`: the time since `from`.
pub fn elapsed(from: Timestamp, now: Timestamp) -> String {
    let seconds = now.since(from).as_secs();
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if hours == 0 {
        format!("{minutes:02}:{seconds:02}")
    } else {
        format!("{hours}:{minutes:02}:{seconds:02}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::schedule::{Offset, Transitions};
    use std::sync::Arc;

    // 2026-11-22T16:28:05Z
    const AT: Timestamp = Timestamp(1_795_364_885_000);

    /// So many minutes east of UTC, all the year.
    fn east(minutes: i32) -> ReaderZone {
        ReaderZone::Listed(Arc::new(Transitions::new(Offset(minutes * 60), Vec::new())))
    }

    #[test]
    fn a_time_is_that_of_its_own_instant_whatever_the_offset_is_today() {
        // Madrid: summer time ends on 2026-10-25 at 01:00 UTC.
        let end = Timestamp(1_792_890_000_000);
        let changes = vec![(end.0 / 1000, Offset(3600))];
        let madrid = ReaderZone::Listed(Arc::new(Transitions::new(Offset(7200), changes)));
        assert_eq!(time(Timestamp(end.0 - 1), &madrid), "02:59");
        assert_eq!(time(end, &madrid), "02:00");
        // 23:30 of the day before, by today's offset the evening of the 24th.
        let night = Timestamp(end.0 - 150 * 60_000);
        assert_eq!((time(night, &madrid), day(night, &madrid).day), ("00:30".to_owned(), 25));
        assert_eq!(time(night, &east(60)), "23:30");
    }

    #[test]
    fn a_day_is_the_readers_day() {
        assert_eq!(day(AT, &east(0)), Day { year: 2026, month: 11, day: 22 });
        assert_eq!(day(AT, &east(8 * 60)), Day { year: 2026, month: 11, day: 23 });
        assert_eq!(
            day(Timestamp(951_782_400_000), &east(0)),
            Day { year: 2000, month: 2, day: 29 }
        );
        assert_eq!(day(Timestamp(-1), &east(0)), Day { year: 1969, month: 12, day: 31 });
    }

    #[test]
    fn a_time_is_the_readers_time() {
        assert_eq!(time(AT, &east(0)), "16:28");
        assert_eq!(time(AT, &east(-6 * 60)), "10:28");
        assert_eq!(time(AT, &east(5 * 60 + 30)), "21:58");
    }

    #[test]
    fn a_span_grows_hours_only_when_it_has_them() {
        let after = |seconds: i64| elapsed(AT, Timestamp(AT.0 + seconds * 1000));
        assert_eq!(after(0), "00:00");
        assert_eq!(after(130), "02:10");
        assert_eq!(after(3730), "1:02:10");
        assert_eq!(after(-5), "00:00");
    }
}
