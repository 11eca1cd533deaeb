//! Text on its way into HTML.

/// Text as an element's text or as a quoted attribute: nothing in it begins or ends a tag, an entity or a quotation.
pub fn escape(text: &str) -> String {
    let mut html = String::with_capacity(text.len() + text.len() / 8);
    for c in text.chars() {
        match c {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            c => html.push(c),
        }
    }
    html
}

#[cfg(test)]
mod tests {
    use super::escape;

    #[test]
    fn no_text_leaves_its_element_or_attribute() {
        let attack = "</textarea><script>alert('1')</script>&amp;\"";
        let safe = escape(attack);
        assert!(!safe.contains(['<', '>', '"', '\'']));
        assert!(safe.starts_with("&lt;/textarea&gt;&lt;script&gt;alert(&#39;1&#39;)"));
        assert!(safe.ends_with("&amp;amp;&quot;"));
    }
}
