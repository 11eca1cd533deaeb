//! Instants and spans as people read them. The offset from UTC comes in, in minutes east: the page has no time-zone table.

use crate::words::Words;
use protocol::Timestamp;

const MINUTE: i64 = 60_000;
const DAY: i64 = 24 * 60 * MINUTE;

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

fn local(at: Timestamp, offset: i32) -> i64 {
    at.0 + i64::from(offset) * MINUTE
}

fn day_count(at: Timestamp, offset: i32) -> i64 {
    local(at, offset).div_euclid(DAY)
}

/// The day that an instant falls on.
pub fn day(at: Timestamp, offset: i32) -> Day {
    // Days to a civil date, by eras of 400 years from 1 March of year 0 (Hinnant, "chrono-compatible low-level date algorithms").
    let days = day_count(at, offset) + 719_468;
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
pub fn time(at: Timestamp, offset: i32) -> String {
    let minutes = local(at, offset).rem_euclid(DAY) / MINUTE;
    format!("{:02}:{:02}", minutes / 60, minutes % 60)
}

/// `hoy`, `ayer`, `22 nov`, `22 nov 2025`.
pub fn date(at: Timestamp, now: Timestamp, offset: i32, words: Words) -> String {
    match day_count(now, offset) - day_count(at, offset) {
        0 => words.get("today"),
        1 => words.get("yesterday"),
        _ => {
            let on = day(at, offset);
            let month = words.get(&format!("month_{}", on.month));
            let number = on.day.to_string();
            if on.year == day(now, offset).year {
                words.fill("date", &[("day", &number), ("month", &month)])
            } else {
                let year = on.year.to_string();
                words.fill("date_year", &[("day", &number), ("month", &month), ("year", &year)])
            }
        }
    }
}

/// The time today, the date before: for a row of a list.
pub fn short(at: Timestamp, now: Timestamp, offset: i32, words: Words) -> String {
    if day_count(at, offset) == day_count(now, offset) {
        time(at, offset)
    } else {
        date(at, now, offset, words)
    }
}

/// `22 nov, 11:42`.
pub fn long(at: Timestamp, now: Timestamp, offset: i32, words: Words) -> String {
    format!("{}, {}", date(at, now, offset, words), time(at, offset))
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

    // 2026-11-22T16:28:05Z
    const AT: Timestamp = Timestamp(1_795_364_885_000);

    #[test]
    fn a_day_is_the_readers_day() {
        assert_eq!(day(AT, 0), Day { year: 2026, month: 11, day: 22 });
        assert_eq!(day(AT, 8 * 60), Day { year: 2026, month: 11, day: 23 });
        assert_eq!(day(Timestamp(951_782_400_000), 0), Day { year: 2000, month: 2, day: 29 });
        assert_eq!(day(Timestamp(-1), 0), Day { year: 1969, month: 12, day: 31 });
    }

    #[test]
    fn a_time_is_the_readers_time() {
        assert_eq!(time(AT, 0), "16:28");
        assert_eq!(time(AT, -6 * 60), "10:28");
        assert_eq!(time(AT, 5 * 60 + 30), "21:58");
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
