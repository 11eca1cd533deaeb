//! E-mail addresses (R2).

use super::characters::is_word;
use std::ops::Range;

/// An address: the name before the at sign, and where it ends. A name that is masked already stays so by being masked
/// again.
pub(super) struct Address {
    pub(super) local: Range<usize>,
    pub(super) end: usize,
}

/// Every at sign with a name before it and a domain behind it; in addresses of pages the at sign is `%40`. No character
/// is looked at more than a few times: a name ends at the sign before it.
pub(super) fn find(text: &[char]) -> Vec<Address> {
    let mut found = Vec::new();
    let mut encoded = 0;
    for at in 0..text.len() {
        let Some(length) = sign(&text[at..]) else { continue };
        // A name may hold `%40` before the sign that is none other.
        let from = if text[at] == '@' { 0 } else { std::mem::replace(&mut encoded, at + length) };
        let Some(end) = domain_end(text, at + length) else { continue };
        if let Some(start) = masked_start(text, at).or_else(|| local_start(text, from, at)) {
            found.push(Address { local: start..at, end });
        }
    }
    found
}

/// The length of the at sign that the text begins with, encoded once, more than once or not at all.
fn sign(text: &[char]) -> Option<usize> {
    let ('%', encoded) = (text.first()?, &text[1..]) else {
        return (text[0] == '@').then_some(1);
    };
    let again = encoded.chunks(2).take_while(|digits| *digits == ['2', '5']).count() * 2;
    encoded[again..].starts_with(&['4', '0']).then_some(1 + again + 2)
}

/// Stars, and the character that was left before them.
fn masked_start(text: &[char], at: usize) -> Option<usize> {
    let masked = text[..at].iter().rev().take_while(|c| **c == '*').count();
    let first = at - masked;
    (masked > 0).then(|| first - usize::from(first > 0 && is_word(text[first - 1])))
}

fn local_start(text: &[char], from: usize, at: usize) -> Option<usize> {
    let length = text[from..at].iter().rev().take_while(|c| is_local(**c)).count();
    // Quotes and dots before the name are not part of it.
    (at - length..at).find(|&start| is_word(text[start]))
}

fn is_local(c: char) -> bool {
    is_word(c) || is_mark(c) || matches!(c, '.' | '+' | '-' | '%' | '\'' | '’')
}

/// An accent that follows its letter.
fn is_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}')
}

/// The end of the longest domain whose last label begins with two letters. No label of it is empty.
fn domain_end(text: &[char], start: usize) -> Option<usize> {
    let is_domain = |c: char| c.is_alphanumeric() || is_mark(c) || matches!(c, '.' | '-');
    let is_within = |at: &usize| is_domain(text[*at]) && !(text[*at] == '.' && text[at - 1] == '.');
    let end = start + (start..text.len()).take_while(is_within).count();
    text.get(start).filter(|c| c.is_alphanumeric())?;
    let domain = &text[start..end];
    let last_dot = (1..domain.len().saturating_sub(2)).rev().find(|&dot| {
        domain[dot] == '.' && domain[dot + 1..dot + 3].iter().all(|c| c.is_alphabetic())
    })?;
    let label = domain[last_dot + 1..].iter().take_while(|c| **c != '.').count();
    let end = start + last_dot + 1 + label;
    Some(end - text[..end].iter().rev().take_while(|c| **c == '-').count())
}
