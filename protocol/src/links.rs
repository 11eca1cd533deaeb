//! Links in what people write: http, https, mailto and tel, and nothing else becomes one.
//!
//! The panel carries this code, so it does without tables of Unicode letters: they would weigh more than the panel's
//! log. So would the words for a cut inside a character, which indexing brings along.

use crate::text::{EmailAddress, has};

/// A stretch of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// Shown as it is.
    Text(String),
    /// Shown as written, leading to `href`.
    Link {
        /// Starts with `http://`, `https://`, `mailto:` or `tel:`.
        href: String,
        /// As written.
        text: String,
    },
}

/// Cuts a text at its links. The pieces' texts put together are the text again.
pub fn pieces(text: &str) -> Vec<Piece> {
    let mut out: Vec<Piece> = Vec::new();
    let mut plain = String::new();
    for word in text.split_inclusive(char::is_whitespace) {
        let body = word.trim_end();
        match find_link(body) {
            Some((start, end, href)) => {
                plain.push_str(part(word, 0, start));
                if !plain.is_empty() {
                    out.push(Piece::Text(std::mem::take(&mut plain)));
                }
                out.push(Piece::Link { href, text: part(word, start, end).to_owned() });
                plain.push_str(part(word, end, word.len()));
            }
            None => plain.push_str(word),
        }
    }
    if !plain.is_empty() {
        out.push(Piece::Text(plain));
    }
    out
}

/// Where in a word (no whitespace) the link is, and where it leads.
fn find_link(word: &str) -> Option<(usize, usize, String)> {
    const SCHEMES: [&str; 4] = ["https://", "http://", "mailto:", "tel:"];
    for scheme in SCHEMES {
        if let Some(start) = find_ignoring_case(word, scheme) {
            let end = start + trimmed_len(part(word, start, word.len()));
            let rest = word.get(start + scheme.len()..end)?;
            if !is_worth_a_link(scheme, rest) {
                return None;
            }
            return Some((start, end, [scheme, rest].concat()));
        }
    }
    let start = word.len() - word.trim_start_matches(OPENERS).len();
    let end = start + trimmed_len(part(word, start, word.len()));
    let bare = part(word, start, end);
    // Nobody writes an address with asterisks: it is masked.
    if has(bare, '@') && has(bare, '.') && !has(bare, '*') && EmailAddress::parse(bare).is_ok() {
        return Some((start, end, ["mailto:", bare].concat()));
    }
    if bare.len() > 6
        && find_ignoring_case(bare, "www.") == Some(0)
        && has(part(bare, 4, bare.len()), '.')
    {
        return Some((start, end, ["https://", bare].concat()));
    }
    None
}

const OPENERS: &[char] = &[
    '(', '[', '{', '<', '"', '\'', '«', '“', '‘', '¿', '¡', '`', '*', '—', '（', '【', '「', '『',
    '《',
];
/// What closes a sentence, a quotation or a stretch of markup around a link.
const CLOSERS: &str = ".,;:!?…)]}>\"'»”’‘`*_~|—–。、，．！？：；）］｝】」』》〉";
/// What no address has in it as it is written: whatever follows is not the link's.
const STOPS: &str = "`—“”«»。、，";
const BRACKETS: [(char, char); 8] = [
    ('(', ')'),
    ('[', ']'),
    ('{', '}'),
    ('（', '）'),
    ('［', '］'),
    ('【', '】'),
    ('「', '」'),
    ('『', '』'),
];

/// The length without what closes it, but with a bracket that was opened inside (`…/Chat_(disambiguation)`).
fn trimmed_len(text: &str) -> usize {
    let mut kept = part(text, 0, text.find(|c| has(STOPS, c)).unwrap_or(text.len()));
    while let Some(last) = kept.chars().last() {
        let was_opened = BRACKETS.iter().any(|&(opens, closes)| {
            last == closes && kept.matches(opens).count() >= kept.matches(closes).count()
        });
        if was_opened || !has(CLOSERS, last) {
            break;
        }
        kept = part(kept, 0, kept.len() - last.len_utf8());
    }
    kept.len()
}

/// The text between two places that are between characters.
fn part(text: &str, start: usize, end: usize) -> &str {
    text.get(start..end).unwrap_or_default()
}

fn is_worth_a_link(scheme: &str, rest: &str) -> bool {
    if rest.chars().any(|c| c.is_control() || matches!(c, '<' | '>' | '"')) {
        return false;
    }
    match scheme {
        "mailto:" => EmailAddress::parse(rest.split('?').next().unwrap_or_default()).is_ok(),
        "tel:" => {
            rest.bytes().filter(u8::is_ascii_digit).count() >= 3
                && rest.bytes().all(|b| b.is_ascii_digit() || b"+-.()*#".contains(&b))
        }
        _ => rest
            .chars()
            .next()
            .is_some_and(|c| !c.is_ascii() || c.is_ascii_alphanumeric() || c == '['),
    }
}

/// Where `needle` (ASCII, lower case) begins, not right after a letter or digit.
fn find_ignoring_case(text: &str, needle: &str) -> Option<usize> {
    let (hay, needle) = (text.as_bytes(), needle.as_bytes());
    (0..(hay.len() + 1).saturating_sub(needle.len())).find(|&at| {
        hay[at..at + needle.len()].eq_ignore_ascii_case(needle)
            && (at == 0 || !hay[at - 1].is_ascii_alphanumeric())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Where the links of a text lead; the pieces put together are the text again.
    fn hrefs(text: &str) -> Vec<String> {
        let all = pieces(text);
        let joined: String = all
            .iter()
            .map(|piece| match piece {
                Piece::Text(text) | Piece::Link { text, .. } => text.as_str(),
            })
            .collect();
        assert_eq!(joined, text);
        all.into_iter()
            .filter_map(|piece| match piece {
                Piece::Link { href, .. } => Some(href),
                Piece::Text(_) => None,
            })
            .collect()
    }

    #[test]
    fn the_four_schemes_become_links_and_no_other() {
        assert_eq!(hrefs("ve a https://a.mx/b?c=d#e hoy"), ["https://a.mx/b?c=d#e"]);
        assert_eq!(hrefs("HTTP://A.MX"), ["http://A.MX"]);
        assert_eq!(
            hrefs("mailto:ana@a.mx tel:+52-55-1234"),
            ["mailto:ana@a.mx", "tel:+52-55-1234"]
        );
        assert_eq!(
            hrefs("HTTP://A.EXAMPLE y tel:+34123, ¿no?"),
            ["http://A.EXAMPLE", "tel:+34123"]
        );
        for text in
            ["javascript:alert(1)", "data:text/html,x", "ftp://a.mx", "file:///etc", "vbscript:x"]
        {
            assert!(hrefs(text).is_empty(), "{text}");
        }
    }

    #[test]
    fn a_scheme_inside_a_word_is_no_link() {
        assert!(hrefs("xhttps://a.mx").is_empty());
        assert!(hrefs("javascript:alert(1) xhttps://no https:// ").is_empty());
        assert_eq!(hrefs("ver:https://a.mx"), ["https://a.mx"]);
    }

    #[test]
    fn punctuation_after_a_link_is_not_part_of_it() {
        assert_eq!(hrefs("(https://a.mx/b)."), ["https://a.mx/b"]);
        assert_eq!(hrefs("https://a.mx/b_(c)"), ["https://a.mx/b_(c)"]);
        assert_eq!(hrefs("(https://a.example/b_(c))"), ["https://a.example/b_(c)"]);
        assert_eq!(hrefs("mira https://a.example/x?y=1."), ["https://a.example/x?y=1"]);
        assert_eq!(hrefs("¿https://a.mx?"), ["https://a.mx"]);
        assert_eq!(hrefs("lee https://a.mx/b…"), ["https://a.mx/b"]);
    }

    #[test]
    fn what_closes_a_link_in_any_script_is_not_part_of_it_and_balanced_brackets_are() {
        for closer in ["…", "。", "）", "’", "—", "`", "*", "**", "！」", "'’", ")。", "—así"]
        {
            assert_eq!(hrefs(&format!("https://a.mx/b{closer}")), ["https://a.mx/b"], "{closer}");
        }
        for address in [
            "https://a.mx/b_(c)",
            "https://a.mx/東京（曖昧）",
            "https://a.mx/b[1]",
            "https://a.mx/{c}",
        ] {
            assert_eq!(hrefs(address), [address]);
            assert_eq!(hrefs(&format!("*（{address}）。*")), [address]);
        }
        assert_eq!(hrefs("见https://a.mx/b。然后"), ["https://a.mx/b"]);
        assert_eq!(hrefs("`www.a.mx`"), ["https://www.a.mx"]);
        assert_eq!(hrefs("‘ana@a.mx’"), ["mailto:ana@a.mx"]);
        assert_eq!(hrefs("https://a.mx/a*b_c~d"), ["https://a.mx/a*b_c~d"]);
    }

    #[test]
    fn bare_addresses_and_www_become_links() {
        assert_eq!(hrefs("escribe a <ana@a.mx>,"), ["mailto:ana@a.mx"]);
        assert_eq!(hrefs("www.cuentasok.com."), ["https://www.cuentasok.com"]);
        assert!(hrefs("@ana a@b ....").is_empty());
        assert!(hrefs("m******@gmail.com").is_empty(), "it is masked");
    }

    #[test]
    fn nothing_that_could_leave_an_attribute_is_in_an_address() {
        assert!(hrefs("https://a.mx/\"onmouseover=\"x").is_empty());
        assert!(hrefs("https://a.mx/<script>").is_empty());
    }

    #[test]
    fn the_pieces_put_together_are_the_text() {
        for text in [
            "",
            " ",
            "a\n\nb",
            "¡hola! https://á.mx/ñ\tx@y.mx",
            "http://",
            "https://)",
            "é www.x.y…",
            "sin más",
        ] {
            // Fails where they are not.
            hrefs(text);
        }
    }
}
