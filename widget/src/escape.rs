//! Escaping where leptos does none: the children of a `textarea`, the state in a script element, a query.

#[cfg(feature = "ssr")]
use protocol::html;

/// Text as the inner HTML of a `textarea`. A leading line break is doubled, since HTML drops the first one.
#[cfg(feature = "ssr")]
pub fn escape_textarea(text: &str) -> String {
    let line_break = if text.starts_with('\n') { "\n" } else { "" };
    [line_break, &html::escape(text)].concat()
}

/// JSON as the text of a `<script type="application/json">`: no `<`, so that no text in it ends the element.
#[cfg(feature = "ssr")]
pub fn escape_json(json: &str) -> String {
    json.replace('<', "\\u003c")
}

/// Text as a value in a query.
pub fn escape_query(text: &str) -> String {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    let mut out = String::with_capacity(text.len() + 16);
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push('%');
            out.push(char::from(HEX[usize::from(byte >> 4)]));
            out.push(char::from(HEX[usize::from(byte & 15)]));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(feature = "ssr")]
    #[test]
    fn a_leading_line_break_survives() {
        assert_eq!(escape_textarea("\nhola"), "\n\nhola");
        assert_eq!(escape_textarea("a\n</textarea>"), "a\n&lt;/textarea&gt;");
    }

    #[test]
    fn a_query_value_holds_nothing_that_ends_it() {
        assert_eq!(
            escape_query("https://a.mx/ñ?b=c&d#e"),
            "https%3A%2F%2Fa.mx%2F%C3%B1%3Fb%3Dc%26d%23e"
        );
    }
}
