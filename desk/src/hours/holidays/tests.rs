use super::*;

fn date(text: &str) -> NaiveDate {
    text.parse().expect("a date")
}

fn days(country: &str, year: i32) -> Vec<String> {
    let first = NaiveDate::from_ymd_opt(year, 1, 1).expect("a date");
    first
        .iter_days()
        .take_while(|day| day.year() == year)
        .filter(|day| Holidays.is_holiday(country, *day))
        .map(|day| day.format("%m-%d").to_string())
        .collect()
}

#[test]
fn easter_is_when_it_is() {
    for day in [
        "1961-04-02",
        "2000-04-23",
        "2024-03-31",
        "2025-04-20",
        "2026-04-05",
        "2027-03-28",
        "2038-04-25",
        "2285-03-22",
    ] {
        let day = date(day);
        assert_eq!(easter(day.year()), Some(day));
    }
}

#[test]
fn colombia_moves_to_monday() {
    assert_eq!(
        days("CO", 2026),
        [
            "01-01", "01-12", "03-23", "04-02", "04-03", "05-01", "05-18", "06-08", "06-15",
            "06-29", "07-13", "07-20", "08-07", "08-17", "10-12", "11-02", "11-16", "12-08",
            "12-25",
        ]
    );
}

#[test]
fn mexico_changes_its_government_every_six_years() {
    assert_eq!(days("MX", 2026), ["01-01", "02-02", "03-16", "05-01", "09-16", "11-16", "12-25"]);
    assert!(days("MX", 2030).contains(&"10-01".to_owned()));
}

#[test]
fn a_day_can_be_kept_in_the_year_before() {
    assert!(Holidays.is_holiday("US", date("2027-12-31")), "New Year's Day of 2028 is a Saturday");
    assert!(!Holidays.is_holiday("US", date("2026-12-31")));
}

#[test]
fn every_country_has_between_five_and_twenty_days_each_year() {
    for country in countries() {
        assert!(Holidays.knows_country(country));
        for year in 2024..2060 {
            let days = days(country, year).len();
            assert!((5..=20).contains(&days), "{country} {year}: {days}");
        }
    }
}

#[test]
fn unknown_countries_and_the_ends_of_the_calendar_are_no_holidays() {
    for country in ["", "co", "XX", "COL", "C"] {
        assert!(!Holidays.knows_country(country));
        assert!(!Holidays.is_holiday(country, date("2026-01-01")));
    }
    for country in countries() {
        assert!(!Holidays.is_holiday(country, NaiveDate::MAX - chrono::Days::new(40)));
        Holidays.is_holiday(country, NaiveDate::MAX);
        Holidays.is_holiday(country, NaiveDate::MIN);
    }
}
