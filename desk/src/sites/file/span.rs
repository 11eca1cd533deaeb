//! Spans of time as people write them in a site file: `20s`, `3m`, `1h30m`, `2d`, `500ms`.

use std::{fmt::Write, time::Duration};

const UNITS: [(&str, u64); 5] =
    [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1)];

/// Reads a span; none when it is not one. Units go from large to small, each at most once.
pub(crate) fn parse(text: &str) -> Option<Duration> {
    let mut rest = text.trim();
    let mut total: u64 = 0;
    let mut from = 0;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit())?;
        let number: u64 = rest[..digits].parse().ok()?;
        rest = &rest[digits..];
        let letters = rest.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(rest.len());
        let place = UNITS[from..].iter().position(|(unit, _)| *unit == &rest[..letters])? + from;
        total = total.checked_add(number.checked_mul(UNITS[place].1)?)?;
        rest = &rest[letters..];
        from = place + 1;
    }
    (from > 0).then(|| Duration::from_millis(total))
}

/// Writes a span so that [`parse`] reads the same.
pub(crate) fn print(span: Duration) -> String {
    let mut left = u64::try_from(span.as_millis()).unwrap_or(u64::MAX);
    let mut text = String::new();
    for (unit, size) in UNITS {
        if left >= size {
            write!(text, "{}{unit}", left / size).expect("writing to a string");
            left %= size;
        }
    }
    if text.is_empty() { "0s".to_owned() } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_what_people_write() {
        assert_eq!(parse("3m"), Some(Duration::from_mins(3)));
        assert_eq!(parse("20s"), Some(Duration::from_secs(20)));
        assert_eq!(parse("1h30m"), Some(Duration::from_mins(90)));
        assert_eq!(parse("500ms"), Some(Duration::from_millis(500)));
        assert_eq!(parse("0s"), Some(Duration::ZERO));
        for bad in
            ["", "3", "m", "3 m", "1m1h", "-1s", "1.5h", "3m3m", "99999999999999999999d", "3µs"]
        {
            assert_eq!(parse(bad), None, "{bad}");
        }
    }

    proptest! {
        #[test]
        fn what_is_printed_reads_the_same(ms in 0..10_000_000_000u64) {
            let span = Duration::from_millis(ms);
            prop_assert_eq!(parse(&print(span)), Some(span));
        }

        #[test]
        fn never_panics(text in "\\PC{0,20}") {
            let _ = parse(&text);
        }
    }
}
