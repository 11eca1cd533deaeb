//! Social security numbers of the United States (R5).

use super::{
    characters::{
        digit, is_digit_at, is_hyphen, is_space, may_end_emphasized, may_start_emphasized,
    },
    groups::three_groups,
    words,
};
use std::ops::Range;

pub(super) fn find(text: &[char]) -> Vec<Range<usize>> {
    let mut found = grouped(text);
    found.extend(
        words::places_after(text, &words::SOCIAL_SECURITY)
            .into_iter()
            .filter_map(|at| bare(text, at)),
    );
    found.sort_by_key(|range| range.start);
    found.dedup_by(|next, first| next.start < first.end);
    found
}

/// `AAA-GG-SSSS` or `AAA GG SSSS`, on one line or two, not as the middle of a longer number.
fn grouped(text: &[char]) -> Vec<Range<usize>> {
    (0..text.len())
        .filter(|&at| {
            is_digit_at(text, at) && may_start_emphasized(text, at) && !goes_on_before(text, at)
        })
        .filter_map(|at| {
            let (end, _) = three_groups(text, at, [3, 2, 4], |c| is_hyphen(c) || is_space(c))?;
            let digits: Vec<char> =
                text[at..end].iter().copied().filter(char::is_ascii_digit).collect();
            let is_number = may_end_emphasized(text, end)
                && !is_joined_after(text, end)
                && is_possible(&digits);
            is_number.then_some(at..end)
        })
        .collect()
}

fn bare(text: &[char], at: usize) -> Option<Range<usize>> {
    let number = text.get(at..at + 9)?;
    (may_start_emphasized(text, at) && may_end_emphasized(text, at + 9) && is_possible(number))
        .then_some(at..at + 9)
}

fn is_possible(number: &[char]) -> bool {
    let value = |range: Range<usize>| {
        number[range].iter().try_fold(0, |value, c| Some(value * 10 + digit(*c)?))
    };
    let (Some(area), Some(group), Some(serial)) = (value(0..3), value(3..5), value(5..9)) else {
        return false;
    };
    !matches!(area, 0 | 666 | 900..) && group != 0 && serial != 0
}

/// Whether a digit and one separator come right before.
pub(super) fn goes_on_before(text: &[char], at: usize) -> bool {
    at > 1
        && (is_hyphen(text[at - 1])
            || is_space(text[at - 1])
            || matches!(text[at - 1], '.' | ')' | '/'))
        && text[at - 2].is_ascii_digit()
}

/// Whether a hyphen or dot and a digit follow.
pub(super) fn is_joined_after(text: &[char], end: usize) -> bool {
    text.get(end).is_some_and(|c| is_hyphen(*c) || *c == '.') && is_digit_at(text, end + 1)
}
