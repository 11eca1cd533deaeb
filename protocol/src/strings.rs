//! Words in one language, handed to whoever renders. The catalogue itself is `locales/`; a page gets only its own
//! section.

use crate::{
    Code, FieldName, Refusal, Who, entry::BecameRequest, file::file_size, schedule::ScheduleError,
    settings::Span,
};
use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{MapAccess, Visitor},
};
use std::{collections::BTreeMap, fmt};

/// Flat keys such as `panel.send` or `error.too_long` to text with `{name}` places; a JSON object.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Strings {
    /// In the order of the keys. A map would be 5 KB of the panel's wasm.
    texts: Vec<(String, String)>,
}

impl FromIterator<(String, String)> for Strings {
    fn from_iter<T: IntoIterator<Item = (String, String)>>(texts: T) -> Self {
        let in_order: BTreeMap<_, _> = texts.into_iter().collect();
        Self { texts: in_order.into_iter().collect() }
    }
}

impl Strings {
    /// Texts that are in the order of their keys already, as they are written.
    pub fn in_order(texts: Vec<(String, String)>) -> Self {
        Self { texts }
    }

    /// The text of `key`; a key without text shows itself, so that its absence is seen. Tests check that none is
    /// absent.
    pub fn get(&self, key: &str) -> String {
        self.find(key).unwrap_or(key).to_owned()
    }

    /// The text of `key`, where there is one.
    pub fn find(&self, key: &str) -> Option<&str> {
        let place = self.texts.binary_search_by(|(its, _)| its.as_str().cmp(key));
        Some(self.texts.get(place.ok()?)?.1.as_str())
    }

    /// All keys with their texts, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.texts.iter().map(|(key, text)| (key.as_str(), text.as_str()))
    }

    /// Those of these keys.
    #[must_use]
    pub fn only(&self, is_wanted: impl Fn(&str) -> bool) -> Self {
        Self { texts: self.texts.iter().filter(|(key, _)| is_wanted(key)).cloned().collect() }
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
        self.find(&["state.", name].concat()).unwrap_or(name).to_owned()
    }

    /// Whether a state is one of those that every site begins with.
    pub fn has_state(&self, name: &str) -> bool {
        self.find(&["state.", name].concat()).is_some()
    }

    /// A priority's name (section `priority`), in the same way.
    pub fn priority(&self, name: &str) -> String {
        self.find(&["priority.", name].concat()).unwrap_or(name).to_owned()
    }

    /// Why a chat became a help request, on pages and in mails that tell of it later (section `ticket_page`).
    pub fn became_request(&self, why: BecameRequest) -> String {
        self.get(&["ticket_page.became_", why.as_text()].concat())
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
        places.iter().find_map(|of| self.find(&[of, &*key].concat()))
    }
}

impl Serialize for Strings {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}

impl<'de> Deserialize<'de> for Strings {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Texts)
    }
}

struct Texts;

impl<'de> Visitor<'de> for Texts {
    type Value = Strings;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("texts by their keys, in order")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Strings, A::Error> {
        let mut texts = Vec::new();
        while let Some(text) = map.next_entry()? {
            texts.push(text);
        }
        Ok(Strings { texts })
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
