//! What is made of people's names: the letters in a round face, the first name in a line.

use crate::text::has;

/// At most two initials: `LM` of `Lucía Medina`, `m` of `melissa@gmail.com`, `?` of a name without letters and digits.
/// In the case they were typed in: the style sheets show them as capitals, without the tables that doing it here would
/// take.
pub fn initials(name: &str) -> String {
    let mut letters =
        name.split_whitespace().filter_map(|word| word.chars().find(|c| is_letter_or_digit(*c)));
    let first = letters.next();
    let last = if has(name, '@') { None } else { letters.next_back() };
    let initials: String = first.into_iter().chain(last).collect();
    if initials.is_empty() { "?".to_owned() } else { initials }
}

/// The first word of a name, for a line such as "Lucía está escribiendo".
pub fn first_name(name: &str) -> &str {
    name.split_whitespace().next().unwrap_or(name)
}

/// Letters and digits by their blocks: the exact tables of Unicode would weigh more than the panel's log.
fn is_letter_or_digit(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_alphanumeric();
    }
    // The symbols are from U+2000 to U+2BFF and from U+2E00, the emoji from U+1D000, with gaps between.
    let is_symbol = matches!(c, '×' | '÷' | '\u{3000}'..='\u{3004}' | '\u{3007}'..='\u{3030}');
    let is_of_a_script = matches!(
        c,
        'À'..='\u{1fff}'
            | '\u{2c00}'..='\u{2dff}'
            | '\u{2e80}'..='\u{d7ff}'
            | '\u{f900}'..='\u{fdff}'
            | '\u{10000}'..='\u{1cfff}'
            | '\u{20000}'..='\u{3ffff}'
    );
    is_of_a_script && !is_symbol
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn initials_are_of_the_first_and_last_word() {
        assert_eq!(initials("Lucía Medina"), "LM");
        assert_eq!(initials("  ana maría de la Ó "), "aÓ");
        assert_eq!(initials("  ángel  de la  peña "), "áp");
        assert_eq!(initials("Raúl"), "R");
        assert_eq!(initials("«Lucía» (ventas)"), "Lv");
        assert_eq!(initials("🦀 Ana · 小林"), "A小");
        assert_eq!(initials("Ana\u{a0}Ruiz"), "AR");
    }

    #[test]
    fn an_address_has_one_initial() {
        assert_eq!(initials("melissa@gmail.com"), "m");
        assert_eq!(initials("m.o@example.com"), "m");
    }

    #[test]
    fn a_name_without_letters_has_a_question_mark() {
        for name in ["", " ", " - ", "«» ", "🦀", "× ÷"] {
            assert_eq!(initials(name), "?", "{name:?}");
        }
    }

    #[test]
    fn the_first_name_is_the_first_word() {
        assert_eq!(first_name(" Lucía  Medina"), "Lucía");
        assert_eq!(first_name(""), "");
    }
}
