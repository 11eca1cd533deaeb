//! Words that say what the number after them is, in Spanish, English and Portuguese. Compared without case and accents.

use super::characters::{break_length, is_space, is_word, may_start};
use crate::text::is_control;

/// What announces a number.
pub(super) struct Announced {
    /// Ways to say it, each some words in order.
    ways: &'static [&'static [&'static str]],
}

pub(super) const PHONE: Announced = Announced {
    ways: &[
        &["tel"],
        &["telefono"],
        &["telefonos"],
        &["telefone"],
        &["telephone"],
        &["tfno"],
        &["tlf"],
        &["celular"],
        &["cel"],
        &["movil"],
        &["telemovel"],
        &["whatsapp"],
        &["wa", "me"],
        &["phone"],
        &["mobile"],
        &["cell"],
        &["cellphone"],
        &["fax"],
        &["llama", "al"],
        &["llamame", "al"],
        &["llamen", "al"],
        &["llamenme", "al"],
        &["llame", "al"],
        &["llamar", "al"],
        &["marca", "al"],
        &["marcame", "al"],
        &["marcar", "al"],
        &["marque", "al"],
        &["marquen", "al"],
        &["call", "me", "at"],
        &["call", "me", "on"],
    ],
};

pub(super) const SOCIAL_SECURITY: Announced =
    Announced { ways: &[&["ssn"], &["social", "security"], &["seguro", "social"]] };

/// What a number can be besides a phone's.
const OTHER_NUMBERS: [&str; 33] = [
    "order",
    "orden",
    "ordem",
    "pedido",
    "ticket",
    "folio",
    "factura",
    "fatura",
    "invoice",
    "tracking",
    "rastreo",
    "rastreio",
    "guia",
    "referencia",
    "reference",
    "ref",
    "codigo",
    "code",
    "clave",
    "sku",
    "isbn",
    "issn",
    "imei",
    "version",
    "versao",
    "serie",
    "serial",
    "lote",
    "compra",
    "envio",
    "caso",
    "case",
    "ver",
];

/// Words that may stand between a word and its number.
const FILLERS: [&str; 22] = [
    "es", "is", "no", "nro", "num", "numero", "number", "de", "del", "do", "da", "e", "mi", "my",
    "contacto", "contact", "casa", "oficina", "trabajo", "al", "at", "on",
];

/// Longer than any word here.
const LONGEST_WORD: usize = 12;
/// Characters between a word and its number, fillers included.
const LONGEST_WAY: usize = 32;

/// Where a number directly after one of these words would begin.
pub(super) fn places_after(text: &[char], announced: &Announced) -> Vec<usize> {
    let mut places = Vec::new();
    let mut at = 0;
    while at < text.len() {
        if !text[at].is_alphabetic() {
            at += 1;
            continue;
        }
        let (word, end) = word_at(text, at);
        let starts_word = at == 0 || !is_word(text[at - 1]);
        if let Some(word) = word.filter(|_| starts_word)
            && let Some(said) = announced
                .ways
                .iter()
                .filter(|way| way[0] == word)
                .find_map(|way| after_way(text, end, way))
        {
            places.extend(number_after(text, said));
        }
        at = end;
    }
    places
}

/// Whether one of the other words stands right before a number that begins here.
pub(super) fn is_other_number(text: &[char], at: usize) -> bool {
    let mut end = at;
    let first = at.saturating_sub(LONGEST_WAY);
    loop {
        while end > first && !text[end - 1].is_alphabetic() {
            if !is_connector(text[end - 1]) {
                return false;
            }
            end -= 1;
        }
        let mut start = end;
        while start > first && text[start - 1].is_alphabetic() {
            start -= 1;
        }
        if start == end {
            return false;
        }
        let word = folded(&text[start..end]);
        if OTHER_NUMBERS.contains(&word.as_str()) {
            return true;
        }
        if !FILLERS.contains(&word.as_str()) {
            return false;
        }
        end = start;
    }
}

/// The rest of a way of saying it; between the words only a space, a line break or, as in `wa.me`, a dot.
fn after_way(text: &[char], mut end: usize, way: &[&str]) -> Option<usize> {
    for expected in &way[1..] {
        let gap = match break_length(text, end) {
            0 => text.get(end).filter(|c| is_space(**c) || **c == '.').map(|_| 1)?,
            broken => broken,
        };
        let (word, word_end) = word_at(text, end + gap);
        word.filter(|word| word == expected)?;
        end = word_end;
    }
    Some(end)
}

/// The first digit or parenthesis after a word, with nothing but punctuation, line breaks and fillers between.
fn number_after(text: &[char], end: usize) -> Option<usize> {
    let last = (end + LONGEST_WAY).min(text.len());
    let mut at = end;
    while at < last {
        let c = text[at];
        if c.is_ascii_digit() || c == '(' {
            return (at == end || may_start(text, at)).then_some(at);
        } else if is_connector(c) || is_control(c) {
            at += 1;
        } else {
            let (word, word_end) = word_at(text, at);
            word.filter(|word| FILLERS.contains(&word.as_str()))?;
            at = word_end;
        }
    }
    None
}

fn is_connector(c: char) -> bool {
    is_space(c)
        || matches!(c, '.' | ':' | '#' | '=' | '-' | '/' | '\t' | 'º' | '°' | '"' | '*' | '(')
}

/// The letters from here, folded, and where they end; no word if there are none or too many.
fn word_at(text: &[char], start: usize) -> (Option<String>, usize) {
    let length = text[start..].iter().take_while(|c| c.is_alphabetic()).count();
    let end = start + length;
    let is_short = (1..=LONGEST_WORD).contains(&length);
    (is_short.then(|| folded(&text[start..end])), end)
}

fn folded(word: &[char]) -> String {
    word.iter()
        .flat_map(|c| c.to_lowercase())
        .map(|c| match c {
            'á' | 'ã' | 'â' | 'à' => 'a',
            'é' | 'ê' => 'e',
            'í' => 'i',
            'ó' | 'ô' | 'õ' => 'o',
            'ú' | 'ü' => 'u',
            'ç' => 'c',
            c => c,
        })
        .collect()
}
