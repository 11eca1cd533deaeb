//! Numbers in three groups.

use super::characters::{break_length, is_digit_at};

/// What stands between two groups.
struct Gap {
    length: usize,
    /// None: the number goes on on the next line.
    separator: Option<char>,
}

/// The end of three groups of so many digits that begin here, and the one separator between them. One of the gaps may
/// be a line break: three short numbers on lines of their own are a list.
pub(super) fn three_groups(
    text: &[char],
    start: usize,
    lengths: [usize; 3],
    is_separator: impl Fn(char) -> bool,
) -> Option<(usize, char)> {
    let gap = |at: usize| match break_length(text, at) {
        0 => {
            let separator = text.get(at).copied().filter(|c| is_separator(*c))?;
            Some(Gap { length: 1, separator: Some(separator) })
        }
        length => Some(Gap { length, separator: None }),
    };
    let first_end = digits(text, start, lengths[0])?;
    let first = gap(first_end)?;
    let second_end = digits(text, first_end + first.length, lengths[1])?;
    let second = gap(second_end)?;
    let end = digits(text, second_end + second.length, lengths[2])?;
    match (first.separator, second.separator) {
        (Some(one), Some(other)) => (one == other).then_some((end, one)),
        (one, other) => one.or(other).map(|separator| (end, separator)),
    }
}

/// The end of exactly so many digits.
pub(super) fn digits(text: &[char], start: usize, count: usize) -> Option<usize> {
    let all = text.get(start..start + count)?.iter().all(char::is_ascii_digit);
    (all && !is_digit_at(text, start + count)).then_some(start + count)
}
