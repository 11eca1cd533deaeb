//! What an agent without the right to see it is shown of cards, accounts, addresses and phone numbers (`behaviours.md`,
//! "Masking").
//!
//! A number may go on on the next line where a rule allows a space: one line break is such a space, but not so that
//! short numbers on lines of their own are taken for one (R3, R5, R6). Rules R1 to R9 are named where they are applied. The classes are looked for one after the other (R7), each in the
//! text that the ones before have masked already: what a second run would see is what the first run sees, so a second
//! run changes nothing (R8). Every search looks a bounded number of characters around a place, so time is linear in the
//! text.

mod card;
mod characters;
mod email;
mod groups;
mod iban;
mod phone;
mod preview;
mod ssn;
mod words;

pub use preview::Preview;

use crate::text::one_line;
use characters::{is_dropped, is_word};
use std::ops::Range;

/// The text with everything sensitive masked; any text will do, and the rest of it is left as it is.
pub fn mask(text: &str) -> String {
    // Nothing to find without a digit or an at sign.
    if !text.bytes().any(|byte| byte.is_ascii_digit() || byte == b'@') {
        return text.to_owned();
    }
    let mut draft = Draft::new(text);
    draft.mask_emails();
    draft.protect_uuids();
    draft.mask_numbers(iban::find);
    draft.mask_numbers(card::find);
    draft.mask_numbers(card::find_over_lines);
    draft.mask_numbers(ssn::find);
    draft.mask_numbers(phone::find_international);
    draft.mask_numbers(phone::find_after_word);
    draft.mask_numbers(phone::find_grouped);
    draft.shown.into_iter().collect()
}

/// The text on one line, masked as it is shown there: the end of a line is a space like any other then, and what was a
/// list of short numbers may read as one long number.
pub fn mask_line(text: &str) -> String {
    mask(&one_line(&mask(text)))
}

/// The masked text for what may show it on one line, as the system's notices do: its lines stay, unless there would be
/// more to mask without them.
pub fn mask_notice(text: &str) -> String {
    let masked = mask(text);
    let line = mask_line(text);
    if line == one_line(&masked) { masked } else { line }
}

/// The beginning of the masked text, at most so many characters: masked first, then shortened (R9).
pub fn preview(text: &str, characters: usize) -> String {
    shorten(&mask(text), characters)
}

/// The first characters of a text that is masked already, or need not be.
fn shorten(text: &str, characters: usize) -> String {
    text.chars().take(characters).collect()
}

/// Whether something in the text looks as if it had been masked: an agent who may reveal it is offered to.
pub fn looks_masked(text: &str) -> bool {
    has_masked(text.chars())
}

/// Every character is read once at most: a text of stars is as quick as any other.
fn has_masked(characters: impl Iterator<Item = char>) -> bool {
    let mut stars = 0_usize;
    let mut characters = characters.peekable();
    while let Some(c) = characters.next() {
        if c == '*' {
            stars += 1;
            continue;
        }
        // In addresses of pages an at sign is `%40`, or that encoded once more.
        let is_at =
            c == '@' || c == '%' && characters.peek().is_some_and(|c| matches!(c, '2' | '4'));
        if stars > 0 && is_at || stars >= 3 && c.is_alphanumeric() {
            return true;
        }
        stars = 0;
    }
    false
}

/// The text between two searches.
struct Draft {
    shown: Vec<char>,
    /// The same, with a letter for every character that belongs to something already: there, nothing else is found
    /// (R7).
    seen: Vec<char>,
}

const TAKEN: char = 'x';

impl Draft {
    fn new(text: &str) -> Self {
        let shown: Vec<char> = text.chars().collect();
        Self { seen: shown.clone(), shown }
    }

    /// R2, and the whole address is taken.
    fn mask_emails(&mut self) {
        for address in email::find(&self.shown) {
            let kept = usize::from(address.local.len() > 1);
            let stars = address.local.start + kept..address.local.end;
            self.shown[stars].fill('*');
            self.seen[address.local.start..address.end].fill(TAKEN);
        }
    }

    /// Groups of digits in a UUID are no numbers of anything else.
    fn protect_uuids(&mut self) {
        const DASHES: [usize; 4] = [8, 13, 18, 23];
        const LENGTH: usize = 36;
        let mut at = 0;
        while at + LENGTH <= self.seen.len() {
            let is_start = at == 0 || !is_word(self.seen[at - 1]);
            let is_uuid = is_start
                && self.seen[at..at + LENGTH].iter().enumerate().all(|(place, c)| {
                    if DASHES.contains(&place) { *c == '-' } else { c.is_ascii_hexdigit() }
                })
                && self.seen.get(at + LENGTH).is_none_or(|c| !is_word(*c));
            if is_uuid {
                self.seen[at..at + LENGTH].fill(TAKEN);
                at += LENGTH;
            } else {
                at += 1;
            }
        }
    }

    /// R1 on every match; `find` gives them in order and apart from each other.
    fn mask_numbers(&mut self, find: impl Fn(&[char]) -> Vec<Range<usize>>) {
        let matches = find(&self.seen);
        if matches.is_empty() {
            return;
        }
        let mut shown = Vec::with_capacity(self.shown.len());
        let mut seen = Vec::with_capacity(self.shown.len());
        let mut done = 0;
        for found in matches {
            shown.extend_from_slice(&self.shown[done..found.start]);
            seen.extend_from_slice(&self.seen[done..found.start]);
            let masked = masked_number(&self.shown[found.clone()]);
            shown.extend_from_slice(&masked);
            seen.extend_from_slice(&masked);
            done = found.end;
        }
        shown.extend_from_slice(&self.shown[done..]);
        seen.extend_from_slice(&self.seen[done..]);
        *self = Self { shown, seen };
    }
}

/// R1: without white space, and stars for all but the last four.
fn masked_number(number: &[char]) -> Vec<char> {
    let mut masked: Vec<char> = number.iter().copied().filter(|c| !is_dropped(*c)).collect();
    let stars = masked.len().saturating_sub(4);
    masked[..stars].fill('*');
    masked
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_masked_looks_so_and_stars_alone_do_not() {
        for text in [
            "Mi tarjeta es ************1111",
            "m******@gmail.com",
            "*@gmail.com",
            "m**%40gmail.com",
            "a ** b ***4",
        ] {
            assert!(looks_masked(text), "{text}");
        }
        for text in [
            "",
            "****",
            "**negrita**",
            "*** nota ***",
            "rosa@cliente.example",
            "* @ina",
            "**12",
            "**50**% menos",
        ] {
            assert!(!looks_masked(text), "{text}");
        }
    }

    #[test]
    fn every_character_is_read_once_also_of_a_megabyte_of_stars() {
        const LENGTH: usize = 1 << 20;
        let mut read = 0;
        assert!(!has_masked((0..LENGTH).map(|_| '*').inspect(|_| read += 1)));
        assert_eq!(read, LENGTH);
        assert!(looks_masked(&("*".repeat(LENGTH) + "1")));
    }
}
