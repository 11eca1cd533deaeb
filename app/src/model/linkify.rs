//! Links in what people write: http, https and mail addresses written as `mailto:`. Everything else stays text.

/// A piece of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// Plain text.
    Text(String),
    /// An address to follow.
    Link(String),
}

const SCHEMES: [&str; 4] = ["https://", "http://", "mailto:", "tel:"];

/// Cuts a message into text and links, in order; joined together they are the message again.
pub fn pieces(text: &str) -> Vec<Piece> {
    let mut out = Vec::new();
    let mut rest = text;
    let mut plain = String::new();
    while let Some(start) = next_scheme(rest) {
        let (before, from) = rest.split_at(start);
        let link = address(from);
        let scheme = SCHEMES.iter().find(|scheme| starts_with(from, scheme)).map_or(0, |s| s.len());
        plain.push_str(before);
        if link.len() > scheme {
            if !plain.is_empty() {
                out.push(Piece::Text(std::mem::take(&mut plain)));
            }
            out.push(Piece::Link(link.to_owned()));
        } else {
            plain.push_str(link);
        }
        rest = &from[link.len()..];
    }
    plain.push_str(rest);
    if !plain.is_empty() {
        out.push(Piece::Text(plain));
    }
    out
}

fn starts_with(text: &str, scheme: &str) -> bool {
    text.get(..scheme.len()).is_some_and(|head| head.eq_ignore_ascii_case(scheme))
}

/// Where the next address begins: at a scheme that does not continue a word.
fn next_scheme(text: &str) -> Option<usize> {
    let mut word = false;
    for (at, c) in text.char_indices() {
        if !word && SCHEMES.iter().any(|scheme| starts_with(&text[at..], scheme)) {
            return Some(at);
        }
        word = c.is_alphanumeric();
    }
    None
}

/// Up to the next space or quote, without the punctuation that ends a sentence.
fn address(text: &str) -> &str {
    let end = text
        .find(|c: char| c.is_whitespace() || c.is_control() || "<>\"'«»“”".contains(c))
        .unwrap_or(text.len());
    let mut link = &text[..end];
    while let Some(last) = link.chars().next_back() {
        let unpaired = last == ')' && link.matches(')').count() > link.matches('(').count();
        if unpaired || ".,;:!?…]}".contains(last) {
            let scheme_alone = SCHEMES.iter().any(|scheme| link.eq_ignore_ascii_case(scheme));
            if scheme_alone {
                break;
            }
            link = &link[..link.len() - last.len_utf8()];
        } else {
            break;
        }
    }
    link
}

#[cfg(test)]
mod tests {
    use super::*;

    fn links(text: &str) -> Vec<String> {
        let all = pieces(text);
        let joined: String = all
            .iter()
            .map(|p| match p {
                Piece::Text(t) | Piece::Link(t) => t.as_str(),
            })
            .collect();
        assert_eq!(joined, text);
        all.into_iter()
            .filter_map(|p| match p {
                Piece::Link(l) => Some(l),
                Piece::Text(_) => None,
            })
            .collect()
    }

    #[test]
    fn addresses_become_links_and_nothing_else_does() {
        assert_eq!(links("mira https://a.example/x?y=1."), ["https://a.example/x?y=1"]);
        assert_eq!(links("(https://a.example/b_(c))"), ["https://a.example/b_(c)"]);
        assert_eq!(
            links("HTTP://A.EXAMPLE y tel:+34123, ¿no?"),
            ["HTTP://A.EXAMPLE", "tel:+34123"]
        );
        assert!(links("javascript:alert(1) xhttps://no https:// ").is_empty());
        assert!(links("sin más").is_empty());
        assert!(links("").is_empty());
    }
}
