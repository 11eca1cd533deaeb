//! E-mail addresses (R2).

use super::characters::is_word;
use std::ops::Range;

/// An address: the name before the at sign, and where it ends. A name that is masked already stays so by being masked
/// again.
pub(super) struct Address {
    pub(super) local: Range<usize>,
    pub(super) end: usize,
}

/// Every at sign with a name before it and a domain behind it. No character is looked at more than twice.
pub(super) fn find(text: &[char]) -> Vec<Address> {
    let mut found = Vec::new();
    for at in (0..text.len()).filter(|&at| text[at] == '@') {
        let Some(end) = domain_end(text, at + 1) else { continue };
        if let Some(start) = masked_start(text, at).or_else(|| local_start(text, at)) {
            found.push(Address { local: start..at, end });
        }
    }
    found
}

/// Stars, and the character that was left before them.
fn masked_start(text: &[char], at: usize) -> Option<usize> {
    let masked = text[..at].iter().rev().take_while(|c| **c == '*').count();
    let first = at - masked;
    (masked > 0).then(|| first - usize::from(first > 0 && is_word(text[first - 1])))
}

fn local_start(text: &[char], at: usize) -> Option<usize> {
    let length = text[..at].iter().rev().take_while(|c| is_local(**c)).count();
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
