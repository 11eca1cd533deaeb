//! Payment cards (R3).

use super::characters::{
    break_length, digit, is_digit_at, is_hyphen, is_space, may_end, may_start,
};
use std::ops::Range;

const LEAST_DIGITS: usize = 12;
const MOST_DIGITS: usize = 19;
/// Digits of every group but the last of a card that goes on on the next line.
const LEAST_GROUP: usize = 4;

/// Cards on one line.
pub(super) fn find(text: &[char]) -> Vec<Range<usize>> {
    find_each(text, false)
}

/// Cards that go on on the next line. Looked for when those on one line are masked, so that no number above or below
/// a card is taken for a part of it.
pub(super) fn find_over_lines(text: &[char]) -> Vec<Range<usize>> {
    find_each(text, true)
}

fn find_each(text: &[char], over_lines: bool) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < text.len() {
        if is_digit_at(text, at)
            && may_start(text, at)
            && let Some(end) = card_end(text, at, over_lines)
        {
            found.push(at..end);
            at = end;
        } else {
            at += 1;
        }
    }
    found
}

/// The end of the longest card number that begins here.
fn card_end(text: &[char], start: usize, over_lines: bool) -> Option<usize> {
    let mut digits = [0; MOST_DIGITS];
    let mut count = 0;
    let mut longest = None;
    let mut has_short_group = false;
    let mut at = start;
    let mut group = start;
    while let Some(value) = text.get(at).and_then(|c| digit(*c)) {
        if count == MOST_DIGITS {
            break;
        }
        digits[count] = value;
        count += 1;
        at += 1;
        if count >= LEAST_DIGITS && may_end(text, at) && is_card(&digits[..count]) {
            longest = Some(at);
        }
        let is_gap = text.get(at).is_some_and(|c| is_space(*c) || is_hyphen(*c));
        if is_gap && is_digit_at(text, at + 1) {
            has_short_group |= at - group < LEAST_GROUP;
            at += 1;
            group = at;
            continue;
        }
        let broken = if over_lines { break_length(text, at) } else { 0 };
        if broken > 0 && is_digit_at(text, at + broken) {
            has_short_group |= at - group < LEAST_GROUP;
            // Short numbers on lines of their own are a list; and a card that is complete ends with its line.
            if has_short_group || longest == Some(at) {
                break;
            }
            at += broken;
            group = at;
        }
    }
    longest
}

fn is_card(digits: &[u32]) -> bool {
    is_of_network(digits) && digits.iter().any(|value| *value != digits[0]) && passes_luhn(digits)
}

/// Length and first digits of a network.
fn is_of_network(digits: &[u32]) -> bool {
    let prefix =
        |length: usize| digits[..length].iter().fold(0, |number, value| number * 10 + value);
    let (two, three, four) = (prefix(2), prefix(3), prefix(4));
    match digits.len() {
        13 | 19 if digits[0] == 4 => true,
        15 if two == 34 || two == 37 => true,
        16 if digits[0] == 4 || (51..=55).contains(&two) || (2221..=2720).contains(&four) => true,
        16..=19
            if two == 65
                || two == 62
                || (644..=649).contains(&three)
                || four == 6011
                || (3528..=3589).contains(&four) =>
        {
            true
        }
        14..=19 if (300..=305).contains(&three) || four == 3095 || matches!(two, 36 | 38 | 39) => {
            true
        }
        LEAST_DIGITS..=MOST_DIGITS => {
            matches!(four, 5018 | 5020 | 5038 | 5893 | 6304 | 6759 | 6761..=6763)
        }
        _ => false,
    }
}

/// ISO/IEC 7812-1, annex B.
fn passes_luhn(digits: &[u32]) -> bool {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(place, value)| match (place % 2, value * 2) {
            (0, _) => *value,
            (_, doubled) if doubled > 9 => doubled - 9,
            (_, doubled) => doubled,
        })
        .sum();
    sum.is_multiple_of(10)
}
