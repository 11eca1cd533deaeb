//! The catalogue of the page's language, for every component.

use leptos::prelude::*;
use protocol::{Refusal, contact::Contact, strings::Strings};

/// The texts of one language; copied freely.
#[derive(Clone, Copy)]
pub struct Words(StoredValue<Strings>);

impl Words {
    /// Stores the texts for as long as the page lives.
    pub fn new(strings: Strings) -> Self {
        Self(StoredValue::new(strings))
    }

    /// The text of `console.{key}`.
    pub fn get(self, key: &str) -> String {
        self.0.with_value(|strings| strings.get(&format!("console.{key}")))
    }

    /// The same with its `{places}` filled.
    pub fn fill(self, key: &str, places: &[(&str, &str)]) -> String {
        self.0.with_value(|strings| strings.fill(&format!("console.{key}"), places))
    }

    /// Singular or plural by number.
    pub fn count(self, key: &str, n: usize) -> String {
        self.0.with_value(|strings| strings.count(&format!("console.{key}"), n as u64))
    }

    /// A ticket state's name: the three that every site begins with in the reader's language, the owner's own as they
    /// are.
    pub fn state(self, name: &str) -> String {
        self.0.with_value(|strings| strings.state(name))
    }

    /// A priority's name, in the same way.
    pub fn priority(self, name: &str) -> String {
        self.0.with_value(|strings| strings.priority(name))
    }

    /// What a contact is called: by name, else by address, else a visitor.
    pub fn contact(self, contact: &Contact) -> String {
        let known = contact.name.clone().or_else(|| contact.email.clone());
        known.unwrap_or_else(|| self.get("visitor"))
    }

    /// The sentence for a refusal.
    pub fn refusal(self, refusal: &Refusal) -> String {
        self.0.with_value(|strings| strings.refusal(refusal))
    }
}

/// The page's words.
pub fn use_words() -> Words {
    expect_context()
}
