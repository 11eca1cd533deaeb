//! Kinds of characters, and where a number may begin and end.

use crate::text::is_control;

/// A letter, a digit or an underscore: a number does not touch one.
pub(super) fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// A space within a number: as typed, or as word processors and web pages put it.
pub(super) fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\u{a0}' | '\u{2007}' | '\u{2009}' | '\u{202f}') || is_zero_width(c)
}

/// White space, and characters without width, which hide a number from a search but not from a reader.
pub(super) fn is_dropped(c: char) -> bool {
    c.is_whitespace() || is_zero_width(c)
}

fn is_zero_width(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}')
}

/// How long the one break between two parts of a number is that went on the next line or in the next cell of a table:
/// CRLF is one break, and a space at the line's end or beginning belongs to it. Zero: there is none here. What breaks
/// is what is shown as a space where a text is on one line (`text::one_line`).
pub(super) fn break_length(text: &[char], at: usize) -> usize {
    let space = |at: usize| usize::from(text.get(at).is_some_and(|c| is_space(*c)));
    let start = at + space(at);
    let length = match (text.get(start), text.get(start + 1)) {
        (Some('\r'), Some('\n')) => 2,
        (Some(c), _) if is_control(*c) => 1,
        _ => return 0,
    };
    start + length + space(start + length) - at
}

/// A hyphen, also the one that does not break a line.
pub(super) fn is_hyphen(c: char) -> bool {
    matches!(c, '-' | '\u{2010}' | '\u{2011}')
}

pub(super) fn digit(c: char) -> Option<u32> {
    c.is_ascii_digit().then(|| u32::from(c) - u32::from('0'))
}

pub(super) fn is_digit_at(text: &[char], at: usize) -> bool {
    text.get(at).is_some_and(char::is_ascii_digit)
}

/// Whether something may begin here: not in the middle of a word, and not in what a masked number still shows.
pub(super) fn may_start(text: &[char], at: usize) -> bool {
    (at == 0 || !is_word(text[at - 1])) && !is_in_tail(text, at)
}

/// Whether something may end before this place.
pub(super) fn may_end(text: &[char], end: usize) -> bool {
    text.get(end).is_none_or(|c| !is_word(*c))
}

/// The same of what is no card: an underscore that emphasizes it, as in `_123-45-6789_`, is no part of it. In a name
/// like `foto_123` it is.
pub(super) fn may_start_emphasized(text: &[char], at: usize) -> bool {
    let before = at - underscores(text[..at].iter().rev());
    (before == 0 || !is_word(text[before - 1])) && !is_in_tail(text, at)
}

/// The end of the same.
pub(super) fn may_end_emphasized(text: &[char], end: usize) -> bool {
    may_end(text, end + underscores(text[end..].iter()))
}

/// How many underscores come first, counted up to the most that emphasize.
fn underscores<'a>(characters: impl Iterator<Item = &'a char>) -> usize {
    const MOST: usize = 3;
    characters.take(MOST).take_while(|c| **c == '_').count()
}

/// A masked number is at least three stars and its last four characters.
fn is_in_tail(text: &[char], at: usize) -> bool {
    let before = &text[at.saturating_sub(7)..at];
    let tail = before.iter().rev().take_while(|c| **c != '*' && !c.is_whitespace()).count();
    let stars = before.iter().rev().skip(tail).take_while(|c| **c == '*').count();
    tail < 4 && stars >= 3
}
