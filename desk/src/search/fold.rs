//! Words as they are compared: without accents, in one case.

use std::{iter::once, ops::Range};
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// Characters of a word; what follows is not looked at.
const LONGEST: usize = 64;

/// A word of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FoldedWord {
    /// Folded.
    pub(crate) text: String,
    /// Where it stands.
    pub(crate) at: Range<usize>,
}

/// The words of a text: runs of letters and digits of any script, by NFKD without marks, in lower case. `ñ` is `n`,
/// `ß` is `ss`.
pub(crate) fn words(text: &str) -> Vec<FoldedWord> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut start = 0;
    let mut end = 0;
    for (at, character) in text.char_indices() {
        if is_invisible(character) || is_combining_mark(character) {
            continue;
        }
        if !character.is_alphanumeric() {
            add(&mut words, &mut word, start..end);
            continue;
        }
        if word.is_empty() {
            start = at;
        }
        end = at + character.len_utf8();
        if word.chars().count() < LONGEST {
            fold(character, &mut word);
        }
    }
    add(&mut words, &mut word, start..end);
    words
}

fn add(words: &mut Vec<FoldedWord>, word: &mut String, at: Range<usize>) {
    if !word.is_empty() {
        words.push(FoldedWord { text: std::mem::take(word), at });
    }
}

fn fold(character: char, word: &mut String) {
    for part in once(character).nfkd().flat_map(char::to_lowercase) {
        match part {
            'ß' => word.push_str("ss"),
            'æ' => word.push_str("ae"),
            'œ' => word.push_str("oe"),
            'þ' => word.push_str("th"),
            'ø' => word.push('o'),
            'đ' | 'ð' => word.push('d'),
            'ł' => word.push('l'),
            'ħ' => word.push('h'),
            'ı' => word.push('i'),
            'ς' => word.push('σ'),
            part if part.is_alphanumeric() && !is_combining_mark(part) => word.push(part),
            _ => {}
        }
    }
}

/// Within a word, and not to be seen.
fn is_invisible(character: char) -> bool {
    matches!(character, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn folded(text: &str) -> String {
        words(text).into_iter().map(|word| word.text).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn words_are_compared_without_accents_and_case() {
        for (text, expected) in [
            ("Conciliación Bancaria", "conciliacion bancaria"),
            ("MUÑOZ muñoz mun\u{303}oz", "munoz munoz munoz"),
            ("Straße STRASSE", "strasse strasse"),
            ("Åse Ærø Øresund", "ase aero oresund"),
            ("İstanbul ıspanak", "istanbul ispanak"),
            ("¿Qué? «año», n.º 1042", "que ano n o 1042"),
            ("CO-1042", "co 1042"),
            ("melissa@gmail.com", "melissa gmail com"),
            ("ﬁn ½ ２０", "fin 12 20"),
            ("fac\u{200b}tura co\u{ad}bro", "factura cobro"),
            ("Ελλάδος ΕΛΛΆΔΟΣ", "ελλαδοσ ελλαδοσ"),
            ("Київ", "киів"),
            ("東京 123", "東京 123"),
            ("4111 1111", "4111 1111"),
            (" \u{301}¡! ", ""),
        ] {
            assert_eq!(folded(text), expected, "{text}");
        }
    }

    #[test]
    fn a_word_stands_where_it_was_written() {
        let text = "La Conciliación, hoy";
        let found: Vec<&str> = words(text).into_iter().map(|word| &text[word.at]).collect();
        assert_eq!(found, ["La", "Conciliación", "hoy"]);
        assert_eq!(words(&"a".repeat(500))[0].text.len(), LONGEST);
    }

    proptest! {
        #[test]
        fn folding_twice_is_folding_once(text in "\\PC{0,80}") {
            let once = folded(&text);
            prop_assert_eq!(&folded(&once), &once);
            prop_assert!(!once.contains(super::super::HIDDEN));
        }
    }
}
