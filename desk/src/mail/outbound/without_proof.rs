//! A mail on its way to staff: its links lead to the ticket's address and open nothing.

use super::compose::NOT_ME;

/// What stands between a ticket's address and the token in a mailed link (`visitors/links.rs`).
const QUERY: &str = "?k=";
/// The path before a ticket's number.
const PATH: &str = "/t/";

/// The text or HTML of a mail without the token of any ticket's link, wherever in it a link stands: in its button,
/// or in what somebody wrote.
pub(super) fn without_proof(letter: &str) -> String {
    let mut clean = String::with_capacity(letter.len());
    let mut rest = letter;
    while let Some(at) = rest.find(QUERY) {
        let (before, query) = rest.split_at(at);
        clean.push_str(before);
        let token = &query[QUERY.len()..];
        if is_ticket_link(before) {
            rest = token.trim_start_matches(is_of_token);
        } else {
            clean.push_str(QUERY);
            rest = token;
        }
    }
    clean.push_str(rest);
    clean
}

/// Whether the text ends in the address of a ticket's page.
fn is_ticket_link(text: &str) -> bool {
    let text = text.strip_suffix(NOT_ME).unwrap_or(text);
    let number = text.rsplit('/').next().unwrap_or_default();
    let path = &text[..text.len() - number.len()];
    path.ends_with(PATH)
        && !number.is_empty()
        && number.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
}

/// URL-safe base64, and what stands between its parts.
fn is_of_token(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '~' | '.' | '%')
}

#[cfg(test)]
mod tests {
    use super::without_proof;

    #[test]
    fn a_ticket_link_loses_its_token_and_nothing_else() {
        for (letter, clean) in [
            ("https://h.example/t/CO-1042?k=aB-_9~x_Y-z fin", "https://h.example/t/CO-1042 fin"),
            (
                "<a href=\"https://h/t/CO-1?k=abc~def#rating\">",
                "<a href=\"https://h/t/CO-1#rating\">",
            ),
            ("/t/CO-1?k=a /t/CO-2?k=b", "/t/CO-1 /t/CO-2"),
            ("https://h/t/CO-1/not-me?k=abc~def", "https://h/t/CO-1/not-me"),
            ("https://shop.example/buscar?k=zapatos", "https://shop.example/buscar?k=zapatos"),
            ("¿qué es ?k=?", "¿qué es ?k=?"),
            ("", ""),
        ] {
            assert_eq!(without_proof(letter), clean, "{letter}");
        }
    }
}
