//! Public holidays by country: the days on which a country as a whole rests, by rule and so for any year.
//!
//! Regional and local holidays, optional days ("días no laborables", bridge days, bank employees' days) and days that a
//! government orders for one year are not in it: an owner adds those as exceptions, which always come before this
//! table. Rules are those in force in 2026; a year in `from` is the first in which a younger law holds.

use chrono::{Datelike, Days, NaiveDate, Weekday};
use protocol::schedule::HolidaySource;

/// The table, as schedules ask it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Holidays;

impl HolidaySource for Holidays {
    fn knows_country(&self, country: &str) -> bool {
        find_rules(country).is_some()
    }

    fn is_holiday(&self, country: &str, date: NaiveDate) -> bool {
        // A rule can move a day, or grant another, across the turn of a year.
        find_rules(country).is_some_and(|rules| {
            rules.iter().any(|rule| {
                (date.year() - 1..=date.year() + 1)
                    .any(|year| rule.days_in(year).contains(&Some(date)))
            })
        })
    }
}

/// The countries there are rules for, by ISO 3166-1 code.
pub fn countries() -> impl Iterator<Item = &'static str> {
    TABLE.iter().map(|(country, _)| *country)
}

fn find_rules(country: &str) -> Option<&'static [Rule]> {
    TABLE.iter().find(|(code, _)| *code == country).map(|(_, rules)| *rules)
}

/// When a holiday is, before it is moved.
#[derive(Clone, Copy)]
enum Base {
    /// Month and day.
    Day(u32, u32),
    /// Days after Easter Sunday.
    Easter(i64),
    /// The how-manieth weekday of a month.
    Nth(u8, Weekday, u32),
    /// The last weekday of a month.
    Last(Weekday, u32),
    /// The June solstice in Chile's time.
    Solstice,
}

/// What becomes of it when it falls on the wrong weekday.
#[derive(Clone, Copy)]
enum Move {
    Stays,
    /// Colombia, law 51 of 1983: to the next Monday.
    NextMonday,
    /// Chile, law 19.668: Tuesday to Thursday back to Monday, Friday on to Monday.
    Chile,
    /// Chile, law 20.299: Tuesday back to Friday, Wednesday on to Friday.
    ChileReformation,
    /// Argentina, law 27.399: Tuesday and Wednesday back to Monday, Thursday and Friday on to Monday.
    Argentina,
    /// Guatemala, decree 19-2018: as Argentina, and Saturday and Sunday on to Monday.
    Guatemala,
    /// The United States: Saturday's is kept on Friday too, Sunday's on Monday.
    AlsoNearest,
    /// Sunday's is kept on Monday too.
    AlsoMonday,
    /// The United Kingdom: a weekend's is kept so many days after Saturday too.
    AlsoAfterSaturday(u64),
    /// Only if it falls on this weekday (days that fill a gap between a holiday and a weekend).
    OnlyOn(Weekday),
}

#[derive(Clone, Copy)]
struct Rule {
    base: Base,
    moved: Move,
    from: i32,
    every: i32,
}

impl Rule {
    const fn moved(mut self, moved: Move) -> Self {
        self.moved = moved;
        self
    }

    /// The first year of the law.
    const fn from(mut self, year: i32) -> Self {
        self.from = year;
        self
    }

    /// Only every so many years, counted from the first.
    const fn every(mut self, years: i32) -> Self {
        self.every = years;
        self
    }

    /// The day or days of rest that the holiday of this year brings.
    fn days_in(self, year: i32) -> [Option<NaiveDate>; 2] {
        if year < self.from || (year - self.from) % self.every != 0 {
            return [None, None];
        }
        let Some(day) = self.base.in_year(year) else { return [None, None] };
        let on = |days: u64| day.checked_add_days(Days::new(days));
        let back = |days: u64| day.checked_sub_days(Days::new(days));
        let from_monday = u64::from(day.weekday().num_days_from_monday());
        let this_monday = || back(from_monday);
        let next_monday = || on(7 - from_monday);
        let same = Some(day);
        match (self.moved, from_monday) {
            (Move::NextMonday, 1..)
            | (Move::Chile, 4)
            | (Move::Argentina, 3 | 4)
            | (Move::Guatemala, 3..) => [next_monday(), None],
            (Move::Chile, 1..=3) | (Move::Argentina | Move::Guatemala, 1 | 2) => {
                [this_monday(), None]
            }
            (Move::ChileReformation, 1) => [back(4), None],
            (Move::ChileReformation, 2) => [on(2), None],
            (Move::AlsoNearest, 5) => [same, back(1)],
            (Move::AlsoNearest | Move::AlsoMonday, 6) => [same, on(1)],
            (Move::AlsoAfterSaturday(days), 5) => [same, on(days)],
            (Move::AlsoAfterSaturday(days), 6) => [same, on(days - 1)],
            (Move::OnlyOn(weekday), _) if day.weekday() != weekday => [None, None],
            _ => [same, None],
        }
    }
}

impl Base {
    fn in_year(self, year: i32) -> Option<NaiveDate> {
        match self {
            Self::Day(month, day) => NaiveDate::from_ymd_opt(year, month, day),
            Self::Easter(days) => easter(year)?.checked_add_signed(chrono::TimeDelta::days(days)),
            Self::Nth(n, weekday, month) => {
                NaiveDate::from_weekday_of_month_opt(year, month, weekday, n)
            }
            Self::Last(weekday, month) => [5, 4]
                .into_iter()
                .find_map(|n| NaiveDate::from_weekday_of_month_opt(year, month, weekday, n)),
            Self::Solstice => {
                NaiveDate::from_ymd_opt(year, 6, if year.rem_euclid(4) < 2 { 20 } else { 21 })
            }
        }
    }
}

/// Easter Sunday of the Gregorian calendar (the "anonymous" computus, Meeus, *Astronomical Algorithms*, chapter 8).
#[expect(clippy::many_single_char_names, reason = "the book's names")]
fn easter(year: i32) -> Option<NaiveDate> {
    let a = year.rem_euclid(19);
    let (b, c) = (year.div_euclid(100), year.rem_euclid(100));
    let (d, e) = (b.div_euclid(4), b.rem_euclid(4));
    let g = (8 * b + 13).div_euclid(25);
    let h = (19 * a + b - d - g + 15).rem_euclid(30);
    let (i, k) = (c / 4, c % 4);
    let l = (32 + 2 * e + 2 * i - h - k).rem_euclid(7);
    let m = (a + 11 * h + 19 * l).div_euclid(433);
    let month = (h + l - 7 * m + 90).div_euclid(25);
    let day = (h + l - 7 * m + 33 * month + 19).rem_euclid(32);
    NaiveDate::from_ymd_opt(year, u32::try_from(month).ok()?, u32::try_from(day).ok()?)
}

const fn rule(base: Base) -> Rule {
    Rule { base, moved: Move::Stays, from: i32::MIN / 2, every: 1 }
}

const fn on(month: u32, day: u32) -> Rule {
    rule(Base::Day(month, day))
}

const fn nth(n: u8, weekday: Weekday, month: u32) -> Rule {
    rule(Base::Nth(n, weekday, month))
}

const fn last(weekday: Weekday, month: u32) -> Rule {
    rule(Base::Last(weekday, month))
}

const fn easter_and(days: i64) -> Rule {
    rule(Base::Easter(days))
}

use Move::{
    AlsoAfterSaturday, AlsoMonday, AlsoNearest, Argentina, Chile, ChileReformation, Guatemala,
    NextMonday, OnlyOn,
};
use Weekday::{Fri, Mon, Thu};

const CARNIVAL_MONDAY: Rule = easter_and(-48);
const CARNIVAL_TUESDAY: Rule = easter_and(-47);
const HOLY_THURSDAY: Rule = easter_and(-3);
const GOOD_FRIDAY: Rule = easter_and(-2);
const HOLY_SATURDAY: Rule = easter_and(-1);
const EASTER_SUNDAY: Rule = easter_and(0);
const EASTER_MONDAY: Rule = easter_and(1);
const ASCENSION: Rule = easter_and(39);
const WHIT_MONDAY: Rule = easter_and(50);
const CORPUS_CHRISTI: Rule = easter_and(60);

#[rustfmt::skip]
const TABLE: &[(&str, &[Rule])] = &[
    ("AR", &[
        on(1, 1), CARNIVAL_MONDAY, CARNIVAL_TUESDAY, on(3, 24), on(4, 2), GOOD_FRIDAY, on(5, 1), on(5, 25),
        on(6, 17).moved(Argentina), on(6, 20), on(7, 9), on(8, 17).moved(Argentina), on(10, 12).moved(Argentina),
        on(11, 20).moved(Argentina), on(12, 8), on(12, 25),
    ]),
    ("BO", &[
        on(1, 1).moved(AlsoMonday), on(1, 22), CARNIVAL_MONDAY, CARNIVAL_TUESDAY, GOOD_FRIDAY, on(5, 1).moved(AlsoMonday),
        CORPUS_CHRISTI, on(6, 21).moved(AlsoMonday), on(8, 6).moved(AlsoMonday), on(11, 2).moved(AlsoMonday),
        on(12, 25).moved(AlsoMonday),
    ]),
    ("BR", &[
        on(1, 1), GOOD_FRIDAY, on(4, 21), on(5, 1), on(9, 7), on(10, 12), on(11, 2), on(11, 15), on(11, 20).from(2024),
        on(12, 25),
    ]),
    ("CL", &[
        on(1, 1), on(1, 2).moved(OnlyOn(Mon)), GOOD_FRIDAY, HOLY_SATURDAY, on(5, 1), on(5, 21), rule(Base::Solstice).from(2021),
        on(6, 29).moved(Chile), on(7, 16), on(8, 15), on(9, 17).moved(OnlyOn(Mon)), on(9, 17).moved(OnlyOn(Fri)), on(9, 18),
        on(9, 19), on(9, 20).moved(OnlyOn(Fri)), on(10, 12).moved(Chile), on(10, 31).moved(ChileReformation), on(11, 1),
        on(12, 8), on(12, 25),
    ]),
    ("CO", &[
        on(1, 1), on(1, 6).moved(NextMonday), on(3, 19).moved(NextMonday), HOLY_THURSDAY, GOOD_FRIDAY, on(5, 1),
        easter_and(43), easter_and(64), easter_and(71), on(6, 29).moved(NextMonday), on(7, 9).moved(NextMonday).from(2026),
        on(7, 20), on(8, 7), on(8, 15).moved(NextMonday), on(10, 12).moved(NextMonday), on(11, 1).moved(NextMonday),
        on(11, 11).moved(NextMonday), on(12, 8), on(12, 25),
    ]),
    ("CR", &[
        on(1, 1), on(4, 11), HOLY_THURSDAY, GOOD_FRIDAY, on(5, 1), on(7, 25), on(8, 15), on(9, 15), on(12, 25),
    ]),
    ("DE", &[
        on(1, 1), GOOD_FRIDAY, EASTER_MONDAY, on(5, 1), ASCENSION, WHIT_MONDAY, on(10, 3), on(12, 25), on(12, 26),
    ]),
    ("ES", &[
        on(1, 1), on(1, 6), GOOD_FRIDAY, on(5, 1), on(8, 15), on(10, 12), on(11, 1), on(12, 6), on(12, 8), on(12, 25),
    ]),
    ("FR", &[
        on(1, 1), EASTER_MONDAY, on(5, 1), on(5, 8), ASCENSION, WHIT_MONDAY, on(7, 14), on(8, 15), on(11, 1), on(11, 11),
        on(12, 25),
    ]),
    ("GB", &[
        on(1, 1).moved(AlsoAfterSaturday(2)), GOOD_FRIDAY, nth(1, Mon, 5), last(Mon, 5),
        on(12, 25).moved(AlsoAfterSaturday(2)), on(12, 26).moved(AlsoAfterSaturday(2)),
        // With Christmas on a weekend the Monday is taken by one of the two, so the other has the Tuesday.
        on(12, 28).moved(OnlyOn(Weekday::Tue)), on(12, 27).moved(OnlyOn(Weekday::Tue)),
    ]),
    ("GT", &[
        on(1, 1), HOLY_THURSDAY, GOOD_FRIDAY, HOLY_SATURDAY, on(5, 1), on(6, 30).moved(Guatemala), on(9, 15), on(10, 20),
        on(11, 1), on(12, 25),
    ]),
    ("IT", &[
        on(1, 1), on(1, 6), EASTER_SUNDAY, EASTER_MONDAY, on(4, 25), on(5, 1), on(6, 2), on(8, 15),
        on(10, 4).from(2026), on(11, 1), on(12, 8), on(12, 25), on(12, 26),
    ]),
    ("MX", &[
        on(1, 1), nth(1, Mon, 2), nth(3, Mon, 3), on(5, 1), on(9, 16), on(10, 1).from(2024).every(6), nth(3, Mon, 11),
        on(12, 25),
    ]),
    ("PA", &[
        on(1, 1).moved(AlsoMonday), on(1, 9).moved(AlsoMonday), CARNIVAL_TUESDAY, GOOD_FRIDAY, on(5, 1).moved(AlsoMonday),
        on(11, 3).moved(AlsoMonday), on(11, 5).moved(AlsoMonday), on(11, 10).moved(AlsoMonday), on(11, 28).moved(AlsoMonday),
        on(12, 8).moved(AlsoMonday), on(12, 20).moved(AlsoMonday), on(12, 25).moved(AlsoMonday),
    ]),
    ("PE", &[
        on(1, 1), HOLY_THURSDAY, GOOD_FRIDAY, EASTER_SUNDAY, on(5, 1), on(6, 7).from(2024), on(6, 29), on(7, 23).from(2024),
        on(7, 28), on(7, 29), on(8, 6).from(2022), on(8, 30), on(10, 8), on(11, 1), on(12, 8), on(12, 9).from(2022), on(12, 25),
    ]),
    ("PT", &[
        on(1, 1), GOOD_FRIDAY, EASTER_SUNDAY, on(4, 25), on(5, 1), CORPUS_CHRISTI, on(6, 10), on(8, 15), on(10, 5), on(11, 1),
        on(12, 1), on(12, 8), on(12, 25),
    ]),
    ("PY", &[
        on(1, 1), on(3, 1), HOLY_THURSDAY, GOOD_FRIDAY, EASTER_SUNDAY, on(5, 1), on(5, 14), on(5, 15), on(6, 12), on(6, 20).from(2026),
        on(8, 15), on(9, 29), on(12, 8), on(12, 25),
    ]),
    ("US", &[
        on(1, 1).moved(AlsoNearest), nth(3, Mon, 1), nth(3, Mon, 2), last(Mon, 5), on(6, 19).moved(AlsoNearest).from(2021),
        on(7, 4).moved(AlsoNearest), nth(1, Mon, 9), nth(2, Mon, 10), on(11, 11).moved(AlsoNearest), nth(4, Thu, 11),
        on(12, 25).moved(AlsoNearest),
    ]),
    ("UY", &[on(1, 1), on(5, 1), on(7, 18), on(8, 25), on(12, 25)]),
    ("VE", &[
        on(1, 1), CARNIVAL_MONDAY, CARNIVAL_TUESDAY, HOLY_THURSDAY, GOOD_FRIDAY, on(4, 19), on(5, 1), on(5, 15).from(2025), on(6, 24), on(7, 5),
        on(7, 24), on(10, 12), on(12, 24), on(12, 25), on(12, 31),
    ]),
];

#[cfg(test)]
mod tests;
