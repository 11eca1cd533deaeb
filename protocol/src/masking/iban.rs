//! Bank accounts (R4).

use super::characters::{break_length, is_space, may_end_emphasized, may_start_emphasized};
use std::ops::Range;

/// Total lengths in the IBAN registry.
#[rustfmt::skip]
const LENGTHS: &[(&str, usize)] = &[
    ("AD", 24), ("AE", 23), ("AL", 28), ("AT", 20), ("AZ", 28), ("BA", 20), ("BE", 16), ("BG", 22), ("BH", 22), ("BI", 27),
    ("BR", 29), ("BY", 28), ("CH", 21), ("CR", 22), ("CY", 28), ("CZ", 24), ("DE", 22), ("DJ", 27), ("DK", 18), ("DO", 28),
    ("EE", 20), ("EG", 29), ("ES", 24), ("FI", 18), ("FK", 18), ("FO", 18), ("FR", 27), ("GB", 22), ("GE", 22), ("GI", 23),
    ("GL", 18), ("GR", 27), ("GT", 28), ("HN", 28), ("HR", 21), ("HU", 28), ("IE", 22), ("IL", 23), ("IQ", 23), ("IS", 26),
    ("IT", 27), ("JO", 30), ("KW", 30), ("KZ", 20), ("LB", 28), ("LC", 32), ("LI", 21), ("LT", 20), ("LU", 20), ("LV", 21),
    ("LY", 25), ("MC", 27), ("MD", 24), ("ME", 22), ("MK", 19), ("MN", 20), ("MR", 27), ("MT", 31), ("MU", 30), ("NI", 28),
    ("NL", 18), ("NO", 15), ("OM", 23), ("PK", 24), ("PL", 28), ("PS", 29), ("PT", 25), ("QA", 29), ("RO", 24), ("RS", 22),
    ("RU", 33), ("SA", 24), ("SC", 31), ("SD", 18), ("SE", 24), ("SI", 19), ("SK", 24), ("SM", 27), ("SO", 23), ("ST", 25),
    ("SV", 28), ("TL", 23), ("TN", 24), ("TR", 26), ("UA", 29), ("VA", 22), ("VG", 24), ("XK", 20), ("YE", 30),
];

pub(super) fn find(text: &[char]) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < text.len() {
        if text[at].is_ascii_alphabetic()
            && may_start_emphasized(text, at)
            && let Some(end) = iban_end(text, at)
        {
            found.push(at..end);
            at = end;
        } else {
            at += 1;
        }
    }
    found
}

fn iban_end(text: &[char], start: usize) -> Option<usize> {
    let country: String =
        text.get(start..start + 2)?.iter().map(char::to_ascii_uppercase).collect();
    let length = LENGTHS.iter().find(|(code, _)| *code == country)?.1;
    let mut characters = Vec::with_capacity(length);
    let mut at = start;
    while characters.len() < length {
        let c = *text.get(at)?;
        if !c.is_ascii_alphanumeric() {
            return None;
        }
        characters.push(c);
        at += 1;
        if characters.len() < length {
            at += match break_length(text, at) {
                0 => usize::from(text.get(at).is_some_and(|c| is_space(*c))),
                broken => broken,
            };
        }
    }
    let has_check_digits = characters[2..4].iter().all(char::is_ascii_digit);
    (has_check_digits && may_end_emphasized(text, at) && remainder(&characters) == 1).then_some(at)
}

/// ISO 7064, mod 97-10, with country and check digits moved to the end and letters as two digits.
fn remainder(characters: &[char]) -> u32 {
    let (first, rest) = characters.split_at(4);
    rest.iter().chain(first).filter_map(|c| c.to_digit(36)).fold(0, |remainder, value| {
        let shift = if value > 9 { 100 } else { 10 };
        (remainder * shift + value) % 97
    })
}
