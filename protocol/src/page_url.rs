//! The page a visitor came from.

use crate::{
    Code, Field, Refusal, agent::Sensitive, limits, masking::mask, percent, text::is_control,
};
use serde::{Deserialize, Serialize};
use std::fmt;

/// The address of the page that a visitor wrote from: begins with `http://` or `https://`, at most [`limits::PAGE_URL`]
/// characters. A browser says it, so it is a claim: shown and followed, never trusted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PageUrl(String);

impl PageUrl {
    /// Trims, and cuts what is too long: nobody typed it, so nothing of it is refused. An address of another kind
    /// (`file:`, `about:`), or with control characters, is none.
    pub fn parse(raw: &str) -> Option<Self> {
        let text: String = raw.trim().chars().take(limits::PAGE_URL).collect();
        let is_web = text.starts_with("https://") || text.starts_with("http://");
        let is_line = !text.chars().any(is_control);
        (is_web && is_line).then_some(Self(text))
    }

    /// The address.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What tells the pages of one site apart, without query and fragment: `/planes/anual`, or `/`.
    pub fn path(&self) -> &str {
        let rest = self.0.split_once("://").map_or("", |(_, rest)| rest);
        let path = rest.find('/').map_or("/", |at| &rest[at..]);
        path.split(['?', '#']).next().unwrap_or(path)
    }
}

impl Sensitive for PageUrl {
    /// Each part of it also as forms write it into an address: `melissa%40gmail.com`.
    fn mask(&mut self) {
        const ENDS_A_PART: &[char] = &['/', '?', '#', '&', ';', '='];
        let parts = self.0.split_inclusive(ENDS_A_PART);
        let masked: String = parts
            .map(|part| {
                let (text, end) = match part.char_indices().next_back() {
                    Some((at, last)) if ENDS_A_PART.contains(&last) => part.split_at(at),
                    _ => (part, ""),
                };
                let decoded = decoded(text);
                let shown = mask(&decoded);
                if shown == decoded {
                    part.to_owned()
                } else {
                    percent::encode(&shown, "*@.-_~:,()") + end
                }
            })
            .collect();
        self.0 = mask(&masked);
    }
}

/// A part of an address as it was before it was encoded, however often it was.
fn decoded(part: &str) -> String {
    const TIMES: usize = 3;
    let mut text = part.replace('+', " ");
    for _ in 0..TIMES {
        if !text.contains('%') {
            break;
        }
        text = percent::decode(&text);
    }
    text
}

impl TryFrom<String> for PageUrl {
    type Error = Refusal;
    fn try_from(raw: String) -> Result<Self, Refusal> {
        Self::parse(&raw).ok_or(Refusal::of(Field::Page, Code::Invalid))
    }
}

impl From<PageUrl> for String {
    fn from(page: PageUrl) -> Self {
        page.0
    }
}

impl fmt::Display for PageUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(text: &str) -> PageUrl {
        PageUrl::parse(text).expect("it is of the web")
    }

    #[test]
    fn a_page_is_of_the_web_or_none() {
        assert_eq!(page(" https://a.example/x\n").as_str(), "https://a.example/x");
        assert_eq!(page("http://a.example").as_str(), "http://a.example");
        let others = ["javascript:alert(1)", "file:///etc/hosts", "about:blank", "a.example", ""];
        for other in others.into_iter().chain(["https://a\0", "https://a\nb"]) {
            assert_eq!(PageUrl::parse(other), None, "{other}");
        }
        assert!(serde_json::from_str::<PageUrl>("\"javascript:alert(1)\"").is_err());
    }

    #[test]
    fn a_page_is_masked_as_it_is_written_and_as_forms_encode_it() {
        for (address, shown) in [
            (
                "https://a.example/pago/4111111111111111?ok=1",
                "https://a.example/pago/************1111?ok=1",
            ),
            ("https://a.example/?e=melissa@gmail.com", "https://a.example/?e=m******@gmail.com"),
            (
                "https://a.example/?e=melissa%40gmail.com&x=1",
                "https://a.example/?e=m******@gmail.com&x=1",
            ),
            (
                "https://a.example/?e=melissa%2540gmail.com",
                "https://a.example/?e=m******@gmail.com",
            ),
            (
                "https://a.example/?c=4111+1111+1111+1111#y",
                "https://a.example/?c=************1111#y",
            ),
            (
                "https://a.example/?c=4111%201111%201111%201111",
                "https://a.example/?c=************1111",
            ),
            ("https://a.example/a%20b?x=%C3%B1&y=1%", "https://a.example/a%20b?x=%C3%B1&y=1%"),
        ] {
            let mut masked = page(address);
            masked.mask();
            assert_eq!(masked.as_str(), shown);
            let once = masked.clone();
            masked.mask();
            assert_eq!(masked, once, "a second time changes nothing");
        }
    }

    #[test]
    fn a_page_is_cut_to_its_limit() {
        let longest = format!("https://a.example/{}", "ñ".repeat(limits::PAGE_URL - 18));
        assert_eq!(page(&longest).as_str(), longest);
        assert_eq!(page(&format!("{longest}x")).as_str(), longest);
    }

    #[test]
    fn a_page_is_named_by_its_path() {
        for (address, path) in [
            ("https://cuentasok.example/conciliacion/marzo?x=1#y", "/conciliacion/marzo"),
            ("https://cuentasok.example", "/"),
            ("https://cuentasok.example/planes/anual", "/planes/anual"),
            ("https://cuentasok.example/#precios", "/"),
        ] {
            assert_eq!(page(address).path(), path);
        }
    }
}
