//! Words in one language, handed to whoever renders. The catalogue itself is `locales/`; a page gets only its own
//! section.

use crate::{
    Code, FieldName, Refusal, Who, file::file_size, schedule::ScheduleError, settings::Span,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Flat keys such as `panel.send` or `error.too_long` to text with `{name}` places.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Strings(pub BTreeMap<String, String>);

impl Strings {
    /// The text of `key`; a key without text shows itself, so that its absence is seen. Tests check that none is
    /// absent.
    pub fn get(&self, key: &str) -> String {
        self.0.get(key).cloned().unwrap_or_else(|| key.to_owned())
    }

    /// The text of `key` with its `{places}` filled. What is filled in is never looked at again.
    pub fn fill(&self, key: &str, places: &[(&str, &str)]) -> String {
        fill(&self.get(key), places)
    }

    /// `key.one` or `key.other` by number, with `{n}` filled.
    pub fn count(&self, key: &str, n: u64) -> String {
        let form = if n == 1 { "one" } else { "other" };
        self.fill(&[key, ".", form].concat(), &[("n", &n.to_string())])
    }

    /// A ticket state's name (section `state`): one of those that every site begins with in the reader's language, the
    /// owner's own word as it is.
    pub fn state(&self, name: &str) -> String {
        self.0.get(&["state.", name].concat()).cloned().unwrap_or_else(|| name.to_owned())
    }

    /// Whether a state is one of those that every site begins with.
    pub fn has_state(&self, name: &str) -> bool {
        self.0.contains_key(&["state.", name].concat())
    }

    /// The sentence for a refusal, naming field, limit and person: the field's own (`error.required_email`), the one that
    /// names somebody (`error.already_taken_by`), or the one without a limit (`error.rate_limited_plain`) where there is
    /// one.
    pub fn refusal(&self, refusal: &Refusal) -> String {
        let field = refusal.field.as_ref().map(FieldName::as_str);
        let field = field.map(|name| self.find_refused("field", name).unwrap_or(name));
        let limit = refusal.limit.map(|limit| match refusal.code {
            Code::FileTooLarge | Code::FilesFull | Code::BodyTooLarge | Code::HeadTooLarge => {
                file_size(limit)
            }
            Code::SpanTooShort | Code::SpanTooLong => Span::from_millis(limit).text(),
            _ => limit.to_string(),
        });
        let code = refusal.code.as_text();
        let of_field = refusal.field.as_ref().map(|field| [code, "_", field.as_str()].concat());
        let by = refusal.who.is_some().then(|| [code, "_by"].concat());
        let without_limit = limit.is_none().then(|| [code, "_plain"].concat());
        let sentence = [of_field.as_deref(), by.as_deref(), without_limit.as_deref(), Some(code)]
            .into_iter()
            .flatten()
            .find_map(|key| self.find_refused("error", key))
            .map(str::to_owned);
        fill(
            &sentence.unwrap_or_else(|| ["error.", code].concat()),
            &[
                ("field", field.unwrap_or_default()),
                ("limit", limit.as_deref().unwrap_or_default()),
                ("who", refusal.who.as_ref().map(Who::as_str).unwrap_or_default()),
            ],
        )
    }

    /// The sentence for a refused schedule, naming day and interval (section `settings`).
    pub fn schedule(&self, error: &ScheduleError) -> String {
        let (key, places) = error.sentence();
        let places: Vec<(&str, &str)> =
            places.iter().map(|(name, value)| (*name, value.as_str())).collect();
        self.fill(&["settings.schedule.", &key].concat(), &places)
    }

    /// The words for a code or a field: in the section of its own, or among those of settings and of requests, which a
    /// panel is not given.
    fn find_refused(&self, section: &str, name: &str) -> Option<&str> {
        let key = [section, ".", name].concat();
        let places = ["settings.", "request.", ""];
        places.iter().find_map(|of| self.0.get(&[of, &*key].concat())).map(String::as_str)
    }
}

/// A text with its `{places}` filled; a place without a value stays as it is. What is filled in is never looked at again.
pub fn fill(text: &str, places: &[(&str, &str)]) -> String {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, from)) = rest.split_once('{') {
        let Some((name, after)) = from.split_once('}') else { break };
        filled.push_str(before);
        match places.iter().find(|(place, _)| *place == name) {
            Some((_, value)) => filled.push_str(value),
            None => ["{", name, "}"].into_iter().for_each(|part| filled.push_str(part)),
        }
        rest = after;
    }
    filled.push_str(rest);
    filled
}
