//! Words in one language, handed to whoever renders. The catalogue itself is `locales/`; a page gets only its own section.

use crate::{Code, Refusal};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Flat keys such as `panel.send` or `error.too_long` to text with `{name}` places.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Strings(pub BTreeMap<String, String>);

impl Strings {
    /// The text of `key`; a key without text shows itself, so that its absence is seen. Tests check that none is absent.
    pub fn get(&self, key: &str) -> String {
        self.0.get(key).cloned().unwrap_or_else(|| key.to_owned())
    }

    /// The text of `key` with its `{places}` filled. What is filled in is never looked at again.
    pub fn fill(&self, key: &str, places: &[(&str, &str)]) -> String {
        let text = self.get(key);
        let mut out = String::with_capacity(text.len());
        let mut rest = text.as_str();
        while let Some(open) = rest.find('{') {
            let Some(close) = rest[open..].find('}') else { break };
            out.push_str(&rest[..open]);
            let name = &rest[open + 1..open + close];
            match places.iter().find(|(place, _)| *place == name) {
                Some((_, value)) => out.push_str(value),
                None => out.push_str(&rest[open..=open + close]),
            }
            rest = &rest[open + close + 1..];
        }
        out.push_str(rest);
        out
    }

    /// `key.one` or `key.other` by number, with `{n}` filled.
    pub fn count(&self, key: &str, n: u64) -> String {
        let form = if n == 1 { "one" } else { "other" };
        self.fill(&format!("{key}.{form}"), &[("n", &n.to_string())])
    }

    /// A ticket state's name (section `state`): one of those that every site begins with in the reader's language, the owner's
    /// own word as it is.
    pub fn state(&self, name: &str) -> String {
        self.0.get(&["state.", name].concat()).cloned().unwrap_or_else(|| name.to_owned())
    }

    /// The sentence for a refusal, naming field and limit.
    pub fn refusal(&self, refusal: &Refusal) -> String {
        let field = refusal
            .field
            .map(|field| self.get(&format!("field.{}", field.as_text())))
            .unwrap_or_default();
        let limit = refusal
            .limit
            .map(|limit| {
                if refusal.code == Code::FileTooLarge {
                    format!("{} MB", limit.div_ceil(1024 * 1024))
                } else {
                    limit.to_string()
                }
            })
            .unwrap_or_default();
        self.fill(
            &format!("error.{}", refusal.code.as_text()),
            &[("field", &field), ("limit", &limit)],
        )
    }
}
