//! The languages there are words for.

use crate::{Code, Field, Refusal};

crate::text_enum! {
    /// A language of `locales/`; the first is what a site speaks unless its owner says otherwise.
    #[derive(Default)]
    pub enum Language {
        /// Español.
        #[default]
        Spanish = "es",
        /// English.
        English = "en",
        /// Português.
        Portuguese = "pt",
    }
}

impl Language {
    /// Reads a setting: exactly one of the texts.
    ///
    /// # Errors
    /// `LanguageUnknown`.
    pub fn parse(raw: &str) -> Result<Self, Refusal> {
        Self::from_text(raw).map_err(|_| Refusal::of(Field::Language, Code::LanguageUnknown))
    }
}
