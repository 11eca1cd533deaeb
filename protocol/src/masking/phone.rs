//! Phone numbers (R6).

use super::{
    characters::{
        break_length, is_digit_at, is_hyphen, is_space, may_end_emphasized, may_start_emphasized,
    },
    groups::{digits, three_groups},
    ssn::{goes_on_before, is_joined_after},
    words,
};
use std::ops::{Range, RangeInclusive};

const INTERNATIONAL: RangeInclusive<usize> = 8..=15;
const AFTER_WORD: RangeInclusive<usize> = 7..=15;
/// A number with its country code that has so many digits is complete with its line: what is below is another one.
const COMPLETE_INTERNATIONAL: usize = 10;
/// The same of a number after a word, which may be as short as one within a town.
const COMPLETE_AFTER_WORD: usize = 7;

/// R6 a and b: `+` or `00 `, a country code and the rest.
pub(super) fn find_international(text: &[char]) -> Vec<Range<usize>> {
    let urls = Urls::of(text);
    in_order(text, |at| match text[at] {
        '+' if may_start_emphasized(text, first_plus(text, at)) => {
            let gap = usize::from(text.get(at + 1).is_some_and(|c| is_space(*c)));
            number_end(text, at + 1 + gap, &INTERNATIONAL, COMPLETE_INTERNATIONAL)
        }
        '0' if may_start_emphasized(text, at)
            && !goes_on_before(text, at)
            && text.get(at + 1) == Some(&'0')
            && text.get(at + 2).is_some_and(|c| is_space(*c))
            && text.get(at + 3).is_some_and(|c| ('1'..='9').contains(c))
            && !urls.contain(at)
            && !words::is_other_number(text, at) =>
        {
            let code = (at + 3..at + 7).find(|&end| !is_digit_at(text, end))?;
            let end = number_end(text, at + 3, &INTERNATIONAL, COMPLETE_INTERNATIONAL)?;
            // The country code is a group of its own.
            (end > code).then_some(end)
        }
        _ => None,
    })
}

/// Of a plus that was typed twice or more, the first.
fn first_plus(text: &[char], at: usize) -> usize {
    const MOST: usize = 3;
    at - text[..at].iter().rev().take(MOST).take_while(|c| **c == '+').count()
}

/// R6 d: after a word for a phone any number of the right length is one.
pub(super) fn find_after_word(text: &[char]) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = words::places_after(text, &words::PHONE)
        .into_iter()
        .filter_map(|at| {
            let wrapped = usize::from(text[at] == '(');
            [at, at + wrapped].into_iter().find_map(|start| {
                let end = number_end(text, start, &AFTER_WORD, COMPLETE_AFTER_WORD)?;
                Some(start..end)
            })
        })
        .collect();
    found.dedup_by(|next, first| next.start < first.end);
    found
}

/// R6 c: ten digits in the groups that people write.
pub(super) fn find_grouped(text: &[char]) -> Vec<Range<usize>> {
    let urls = Urls::of(text);
    in_order(text, |at| {
        let end = match text[at] {
            '(' => in_parentheses(text, at),
            c if c.is_ascii_digit() => {
                groups(text, at, [3, 3, 4]).or_else(|| groups(text, at, [2, 4, 4]))
            }
            _ => None,
        }?;
        let stands_alone = may_start_emphasized(text, at)
            && !goes_on_before(text, at)
            && (at == 0 || !matches!(text[at - 1], '$' | '€' | '£' | '+'))
            && may_end_emphasized(text, end)
            && !is_joined_after(text, end);
        (stands_alone && !urls.contain(at) && !words::is_other_number(text, at)).then_some(end)
    })
}

/// Every place in turn; a match is passed over as a whole.
fn in_order(text: &[char], end_of: impl Fn(usize) -> Option<usize>) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < text.len() {
        if let Some(end) = end_of(at) {
            found.push(at..end);
            at = end;
        } else {
            at += 1;
        }
    }
    found
}

/// `(AAA) BBB-CCCC`, `(AA) BBBB-CCCC`, the hyphen also a space or dot.
fn in_parentheses(text: &[char], at: usize) -> Option<usize> {
    [[3, 3, 4], [2, 4, 4]].into_iter().find_map(|[area, first, last]| {
        let closed = digits(text, at + 1, area)?;
        text.get(closed).filter(|c| **c == ')')?;
        let gap = match break_length(text, closed + 1) {
            0 => usize::from(text.get(closed + 1).is_some_and(|c| is_space(*c) || is_hyphen(*c))),
            broken => broken,
        };
        let middle = digits(text, closed + 1 + gap, first)?;
        let gap = match break_length(text, middle) {
            0 => text.get(middle).filter(|c| is_separator(**c)).map(|_| 1)?,
            broken => broken,
        };
        digits(text, middle + gap, last)
    })
}

/// Groups of these lengths with one kind of separator, which does not go on after them.
fn groups(text: &[char], start: usize, lengths: [usize; 3]) -> Option<usize> {
    let (end, separator) = three_groups(text, start, lengths, is_separator)?;
    let goes_on = text.get(end) == Some(&separator) && is_digit_at(text, end + 1);
    (!goes_on).then_some(end)
}

fn is_separator(c: char) -> bool {
    is_space(c) || is_hyphen(c) || c == '.'
}

/// The end of the longest number of so many digits that begins here, in groups with spaces, hyphens, dots and
/// parentheses between; on the next line it goes on unless it is complete.
fn number_end(
    text: &[char],
    start: usize,
    count: &RangeInclusive<usize>,
    complete: usize,
) -> Option<usize> {
    let mut at = start;
    let mut digits = 0;
    let mut open = false;
    let mut longest = None;
    if text.get(at) == Some(&'(') {
        open = true;
        at += 1;
    }
    loop {
        while is_digit_at(text, at) && digits <= *count.end() {
            digits += 1;
            at += 1;
        }
        if digits == 0 || digits > *count.end() {
            return longest;
        }
        if digits >= *count.start() && !open && may_end_emphasized(text, at) {
            longest = Some(at);
        }
        at = next_group(text, at, &mut open, digits < complete).unwrap_or(text.len());
        if !is_digit_at(text, at) {
            return longest;
        }
    }
}

/// The first digit after a gap: one separator, a parenthesis that opens or closes with or without one, or a hyphen
/// between spaces; or, if the number may go on there, the end of the line.
fn next_group(text: &[char], mut at: usize, open: &mut bool, over_lines: bool) -> Option<usize> {
    if *open {
        text.get(at).filter(|c| **c == ')')?;
        *open = false;
        at += 1;
    }
    let broken = if over_lines { break_length(text, at) } else { 0 };
    if broken > 0 {
        at += broken;
    } else if text.get(at).is_some_and(|c| is_separator(*c)) {
        let spaced = is_space(text[at])
            && text.get(at + 1).is_some_and(|c| is_hyphen(*c))
            && text.get(at + 2).is_some_and(|c| is_space(*c));
        at += if spaced { 3 } else { 1 };
    }
    if text.get(at) == Some(&'(') {
        *open = true;
        at += 1;
    }
    Some(at)
}

/// Where web addresses are.
struct Urls(Vec<Range<usize>>);

impl Urls {
    fn of(text: &[char]) -> Self {
        let mut urls: Vec<Range<usize>> = Vec::new();
        let is_end = |c: &char| c.is_whitespace() || matches!(c, '"' | '<' | '>');
        let mut at = 0;
        while at < text.len() {
            let rest = &text[at..];
            if rest.starts_with(&[':', '/', '/']) || rest.starts_with(&['w', 'w', 'w', '.']) {
                let end = at + rest.iter().take_while(|c| !is_end(c)).count();
                urls.push(at..end);
                at = end;
            } else {
                at += 1;
            }
        }
        Self(urls)
    }

    fn contain(&self, at: usize) -> bool {
        let next = self.0.partition_point(|url| url.end <= at);
        self.0.get(next).is_some_and(|url| url.contains(&at))
    }
}
