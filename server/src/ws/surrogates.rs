//! Halves of characters in JSON. A script's text may hold the half of a pair (a cut emoji), which JSON can write and no
//! text of ours can hold: it becomes U+FFFD, as browsers make of it wherever they encode a text.

use std::borrow::Cow;

const REPLACEMENT: &str = r"\ufffd";
/// The length of `\ud83d`.
const ESCAPE: usize = 6;

/// The same JSON without escapes of half a character.
pub(super) fn replaced(json: &str) -> Cow<'_, str> {
    let mut whole = Cow::Borrowed(json);
    let mut at = 0;
    while let Some(found) = json.get(at..).and_then(|rest| rest.find('\\')) {
        at += found;
        match (half(json, at), half(json, at + ESCAPE)) {
            (Some(Half::First), Some(Half::Second)) => at += 2 * ESCAPE,
            (Some(_), _) => {
                // Both are six bytes long: what comes after keeps its place.
                whole.to_mut().replace_range(at..at + ESCAPE, REPLACEMENT);
                at += ESCAPE;
            }
            // The escape's own character is none that begins another one.
            (None, _) => at += 2,
        }
    }
    whole
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Half {
    First,
    Second,
}

/// The half that is escaped here.
fn half(json: &str, at: usize) -> Option<Half> {
    let escape = json.get(at..at + ESCAPE)?;
    match u32::from_str_radix(escape.strip_prefix(r"\u")?, 16).ok()? {
        0xd800..0xdc00 => Some(Half::First),
        0xdc00..0xe000 => Some(Half::Second),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_a_character_is_replaced_and_a_whole_one_stays() {
        for (json, whole) in [
            (r#"{"a":"\ud83d\udc4b"}"#, r#"{"a":"\ud83d\udc4b"}"#),
            (r#"{"a":"x\ud83d"}"#, r#"{"a":"x\ufffd"}"#),
            (r#""\uDC4B\uD83D\udc4b""#, r#""\ufffd\uD83D\udc4b""#),
            (r#""\ud83d\ud83d\udc4b""#, r#""\ufffd\ud83d\udc4b""#),
            (r#""\ud83d\n""#, r#""\ufffd\n""#),
            (r#""\\ud83d""#, r#""\\ud83d""#),
            (r#""\\\ud83d""#, r#""\\\ufffd""#),
            ("\"ñ👋\\", "\"ñ👋\\"),
            ("\\ud83", "\\ud83"),
            ("\\ñud83d", "\\ñud83d"),
        ] {
            assert_eq!(replaced(json), whole, "{json}");
        }
        assert!(matches!(replaced("\"hola\""), Cow::Borrowed(_)));
    }
}
