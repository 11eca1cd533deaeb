//! The beginning of a message, for lists.

use super::{mask_line, shorten};
use crate::text::one_line;

/// Its characters at most.
const LENGTH: usize = 140;

/// The beginning of a message, also as a masked agent reads it: both are made from the whole text, because what was
/// cut through is not found any more (R9).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Preview {
    /// One line of at most 140 characters.
    pub text: String,
    /// The same of the masked text; none: nothing of it is masked.
    pub masked: Option<String>,
}

impl Preview {
    /// That of a message.
    pub fn of(text: &str) -> Self {
        let (line, masked) = (one_line(text), mask_line(text));
        Self { masked: (masked != line).then(|| beginning(&masked)), text: beginning(&line) }
    }

    /// As it is shown.
    pub fn shown(&self, masked: bool) -> &str {
        self.masked.as_deref().filter(|_| masked).unwrap_or(&self.text)
    }
}

fn beginning(line: &str) -> String {
    let mut beginning = shorten(line, LENGTH);
    if beginning.len() < line.len() {
        beginning.pop();
        beginning.push('…');
    }
    beginning
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_preview_is_one_line_of_140_characters() {
        assert_eq!(Preview::of("a\nb").text, "a b");
        let long = Preview::of(&"ñ".repeat(500)).text;
        assert_eq!(long.chars().count(), LENGTH);
        assert!(long.ends_with('…'));
        assert_eq!(Preview::of(&"ñ".repeat(LENGTH)).text, "ñ".repeat(LENGTH));
    }

    #[test]
    fn nothing_is_kept_twice_where_nothing_is_masked() {
        assert_eq!(Preview::of("Hola, ¿qué tal?").masked, None);
    }

    proptest! {
        #[test]
        fn a_card_that_the_cut_goes_through_is_masked(before in 100..160_usize) {
            let text = format!("{} 4111 1111 1111 1111", "a".repeat(before));
            let preview = Preview::of(&text);
            let shown = preview.shown(true);
            prop_assert!(!shown.contains("4111") && shown.chars().count() <= LENGTH, "{}", shown);
        }
    }
}
