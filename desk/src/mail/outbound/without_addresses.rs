//! Text in which nothing leads anywhere: what a stranger wrote goes to an address that nobody has confirmed without
//! web and mail addresses. Mail programs make links of more than a scheme, so whatever looks like a name of a host
//! goes too, and a few words that only look so.

/// The text with `gap` in place of each word that holds an address.
pub(super) fn without_addresses(text: &str, gap: &str) -> String {
    text.split_inclusive(char::is_whitespace)
        .map(|word| {
            let bare = word.trim_end();
            if has_address(bare) { [gap, &word[bare.len()..]].concat() } else { word.to_owned() }
        })
        .collect()
}

/// A file's name without what would make it the name of a host: its ending stands in brackets.
pub(super) fn file_without_addresses(name: &str, gap: &str) -> String {
    match name.rsplit_once('.') {
        Some((stem, ending)) => {
            [&without_addresses(stem, gap), " (", &without_addresses(ending, gap), ")"].concat()
        }
        None => without_addresses(name, gap),
    }
}

/// Whether a word (no whitespace) holds an address of the web or of mail.
fn has_address(word: &str) -> bool {
    let word: String = word.chars().filter(|c| !is_invisible(*c)).map(plain_dot).collect();
    word.contains("://")
        || word.split('@').collect::<Vec<_>>().windows(2).any(|sides| {
            sides[0].ends_with(is_of_name) && sides[1].starts_with(|c| is_of_name(c) || c == '[')
        })
        || word
            .split(|c| !is_of_name(c) && c != '.')
            .any(|run| is_host(run.trim_matches(['.', '-'])))
}

/// `example.com`, `www.x`, `192.0.2.1`.
fn is_host(run: &str) -> bool {
    let labels: Vec<&str> = run.split('.').collect();
    let [.., last] = labels[..] else { return false };
    if labels.len() < 2 || labels.iter().any(|label| label.is_empty()) {
        // Two dots in a row are no name, but parts of it may be one: `…example.com`.
        return run
            .split("..")
            .filter(|part| *part != run)
            .any(|part| is_host(part.trim_matches('.')));
    }
    let is_number = |label: &&str| label.bytes().all(|b| b.is_ascii_digit());
    let is_top = last.chars().count() >= 2
        && (last.chars().all(char::is_alphabetic) || last.to_ascii_lowercase().starts_with("xn--"));
    is_top
        || labels[0].eq_ignore_ascii_case("www")
        || (labels.len() == 4 && labels.iter().all(is_number))
}

/// What names of hosts and boxes are made of.
fn is_of_name(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '-' | '_')
}

/// The dots that browsers take for one (UTS 46).
fn plain_dot(c: char) -> char {
    if matches!(c, '\u{3002}' | '\u{ff0e}' | '\u{ff61}') { '.' } else { c }
}

/// What stands in a word and is not seen; browsers leave it out of a name.
fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn addresses_of_web_and_mail_are_left_out() {
        for address in [
            "https://evil.example/a?b=c",
            "HTTP://EVIL",
            "ftp://a",
            "www.evil",
            "evil.example",
            "evil.example/gana-dinero",
            "(evil.example),",
            "mira:evil.example",
            "¡gana!evil.com…",
            "...evil.com",
            "eva@evil.example",
            "mailto:eva@evil",
            "<eva@[192.0.2.1]>",
            "192.0.2.1/x",
            "niño.example",
            "evil.xn--p1ai",
            "evil。com",
            "ev\u{200b}il.c\u{ad}om",
            "evil.com:8080",
            "_dmarc.evil.com",
        ] {
            let text = format!("antes {address} después\n{address}");
            assert_eq!(without_addresses(&text, "[…]"), "antes […] después\n[…]", "{address}");
        }
    }

    #[test]
    fn words_times_and_amounts_stay() {
        for text in [
            "Hola, ¿qué tal?\n\nNo puedo entrar…  \tgracias.",
            "Pagué 1.250,50 el 3.4.2026 a las 12.30: 3.5 % más.",
            "La versión 2.10.1 y el S.A. de C.V.",
            "10.5.1 no es 5.",
            "a@ @b @",
            "",
        ] {
            assert_eq!(without_addresses(text, "[…]"), text);
        }
    }

    #[test]
    fn a_files_name_is_no_address() {
        for (name, clean) in [
            ("recibo.pdf", "recibo (pdf)"),
            ("evil.zip", "evil (zip)"),
            ("gana en evil.com.pdf", "gana en […] (pdf)"),
            ("sin punto", "sin punto"),
        ] {
            assert_eq!(file_without_addresses(name, "[…]"), clean);
        }
    }

    proptest! {
        #[test]
        fn nothing_that_a_host_could_be_is_left(text in "[a-z .@:/\u{200b}。]{0,40}") {
            let clean = without_addresses(&text, "-");
            prop_assert!(!clean.contains("://"));
            prop_assert!(!clean.split_whitespace().any(has_address), "{clean}");
            prop_assert_eq!(clean.matches(char::is_whitespace).count(), text.matches(char::is_whitespace).count());
        }
    }
}
