//! TOML with its lines: every refusal says where.

use super::SiteFileError;
use crate::locales;
use protocol::{Refusal, settings::Language, strings::Strings};
use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

/// A table being read, with the document it came from.
#[derive(Clone, Copy)]
pub(crate) struct Reader<'a> {
    source: &'a str,
    table: &'a DeTable<'a>,
    /// How the table is called in messages: empty, or `limits.` and the like.
    path: &'a str,
}

/// The document as a table with spans.
pub(crate) fn document(source: &str) -> Result<Spanned<DeTable<'_>>, SiteFileError> {
    DeTable::parse(source).map_err(|error| SiteFileError::Refused {
        code: "toml_invalid",
        line: error.span().map(|span| line_of(source, span.start)),
        message: error.message().to_owned(),
    })
}

/// The language of the command line, whose file this is.
pub(crate) fn words() -> &'static Strings {
    locales::language(Language::English.as_text())
}

fn line_of(source: &str, offset: usize) -> usize {
    1 + source.bytes().take(offset).filter(|byte| *byte == b'\n').count()
}

impl<'a> Reader<'a> {
    pub(crate) fn new(source: &'a str, table: &'a DeTable<'a>, path: &'a str) -> Self {
        Self { source, table, path }
    }

    /// Refuses the first key that is not one of these.
    pub(crate) fn only(self, known: &[&str]) -> Result<Self, SiteFileError> {
        let mut unknown: Vec<_> =
            self.table.keys().filter(|key| !known.contains(&key.get_ref().as_ref())).collect();
        unknown.sort_by_key(|key| key.span().start);
        match unknown.first() {
            None => Ok(self),
            Some(key) => Err(SiteFileError::Refused {
                code: "unknown_key",
                line: Some(line_of(self.source, key.span().start)),
                message: format!(
                    "unknown key `{}{}`; known are {}",
                    self.path,
                    key.get_ref(),
                    known.join(", ")
                ),
            }),
        }
    }

    /// A key whose value is not even of the right form, at its line.
    pub(crate) fn refuse_form(self, key: &str, code: &'static str, what: &str) -> SiteFileError {
        let message = format!("`{}{key}` {what}", self.path);
        SiteFileError::Refused { code, line: self.line_of(key), message }
    }

    /// A setting's own refusal, at its line.
    pub(crate) fn refuse(self, key: &str, refusal: Refusal) -> SiteFileError {
        let message = format!("`{}{key}`: {}", self.path, words().refusal(&refusal));
        SiteFileError::Refused { code: refusal.code.as_text(), line: self.line_of(key), message }
    }

    /// The same of one item of a list, which it names.
    pub(crate) fn refuse_item(self, key: &str, item: &str, refusal: Refusal) -> SiteFileError {
        let words = words().refusal(&refusal);
        let message = format!("`{}{key}`: {item:?}: {words}", self.path);
        SiteFileError::Refused { code: refusal.code.as_text(), line: self.line_of(key), message }
    }

    /// Where the key stands.
    pub(crate) fn line_of(self, key: &str) -> Option<usize> {
        let found = self.table.iter().find(|(name, _)| name.get_ref().as_ref() == key);
        found.map(|(name, _)| line_of(self.source, name.span().start))
    }

    /// A string that is parsed as a setting.
    pub(crate) fn parse<T>(
        self,
        key: &str,
        parse: impl FnOnce(&str) -> Result<T, Refusal>,
    ) -> Result<Option<T>, SiteFileError> {
        let value = self.string(key)?.map(parse).transpose();
        value.map_err(|refusal| self.refuse(key, refusal))
    }

    /// A whole number that is checked as a setting.
    pub(crate) fn check<T>(
        self,
        key: &str,
        check: impl FnOnce(u64) -> Result<T, Refusal>,
    ) -> Result<Option<T>, SiteFileError> {
        let value = self.integer(key)?.map(check).transpose();
        value.map_err(|refusal| self.refuse(key, refusal))
    }

    pub(crate) fn value(self, key: &str) -> Option<&'a DeValue<'a>> {
        self.table
            .iter()
            .find(|(name, _)| name.get_ref().as_ref() == key)
            .map(|(_, value)| value.get_ref())
    }

    pub(crate) fn string(self, key: &str) -> Result<Option<&'a str>, SiteFileError> {
        match self.value(key) {
            None => Ok(None),
            Some(DeValue::String(text)) => Ok(Some(text)),
            Some(_) => Err(self.refuse_form(key, "wrong_type", "must be a string")),
        }
    }

    pub(crate) fn boolean(self, key: &str) -> Result<Option<bool>, SiteFileError> {
        match self.value(key) {
            None => Ok(None),
            Some(DeValue::Boolean(value)) => Ok(Some(*value)),
            Some(_) => Err(self.refuse_form(key, "wrong_type", "must be true or false")),
        }
    }

    pub(crate) fn integer(self, key: &str) -> Result<Option<u64>, SiteFileError> {
        match self.value(key) {
            None => Ok(None),
            Some(DeValue::Integer(number)) => {
                u64::from_str_radix(number.as_str(), number.radix()).map(Some).map_err(|_| {
                    self.refuse_form(
                        key,
                        "number_invalid",
                        "must be a whole number, not below zero",
                    )
                })
            }
            Some(_) => Err(self.refuse_form(key, "wrong_type", "must be a whole number")),
        }
    }

    pub(crate) fn strings(self, key: &str) -> Result<Option<Vec<&'a str>>, SiteFileError> {
        let refused = || self.refuse_form(key, "wrong_type", "must be a list of strings");
        match self.value(key) {
            None => Ok(None),
            Some(DeValue::Array(values)) => values
                .iter()
                .map(|value| match value.get_ref() {
                    DeValue::String(text) => Ok(&**text),
                    _ => Err(refused()),
                })
                .collect::<Result<_, _>>()
                .map(Some),
            Some(_) => Err(refused()),
        }
    }

    pub(crate) fn table(
        self,
        key: &str,
        path: &'a str,
    ) -> Result<Option<Reader<'a>>, SiteFileError> {
        match self.value(key) {
            None => Ok(None),
            Some(DeValue::Table(table)) => Ok(Some(Reader::new(self.source, table, path))),
            Some(_) => Err(self.refuse_form(key, "wrong_type", "must be a table")),
        }
    }

    pub(crate) fn tables(
        self,
        key: &str,
        path: &'a str,
    ) -> Result<Option<Vec<Reader<'a>>>, SiteFileError> {
        let refused = || self.refuse_form(key, "wrong_type", "must be a list of tables");
        match self.value(key) {
            None => Ok(None),
            Some(DeValue::Array(values)) => values
                .iter()
                .map(|value| match value.get_ref() {
                    DeValue::Table(table) => Ok(Reader::new(self.source, table, path)),
                    _ => Err(refused()),
                })
                .collect::<Result<_, _>>()
                .map(Some),
            Some(_) => Err(refused()),
        }
    }

    /// A list of texts, each of which may be a table in place of it.
    pub(crate) fn names_or_tables(
        self,
        key: &str,
        path: &'a str,
    ) -> Result<Option<Vec<NameOrTable<'a>>>, SiteFileError> {
        let refused = || self.refuse_form(key, "wrong_type", "must be a list of strings");
        match self.value(key) {
            None => Ok(None),
            Some(DeValue::Array(values)) => values
                .iter()
                .map(|value| match value.get_ref() {
                    DeValue::String(text) => Ok(Ok(&**text)),
                    DeValue::Table(table) => Ok(Err(Reader::new(self.source, table, path))),
                    _ => Err(refused()),
                })
                .collect::<Result<_, _>>()
                .map(Some),
            Some(_) => Err(refused()),
        }
    }
}

/// A text of a list, or the table in its place.
pub(crate) type NameOrTable<'a> = Result<&'a str, Reader<'a>>;

/// The same value in JSON, for what is kept in that form.
pub(crate) fn json(value: &DeValue<'_>) -> serde_json::Value {
    match value {
        DeValue::String(text) => text.as_ref().into(),
        DeValue::Integer(number) => {
            i64::from_str_radix(number.as_str(), number.radix()).unwrap_or(i64::MAX).into()
        }
        DeValue::Float(number) => number.as_str().into(),
        DeValue::Boolean(value) => (*value).into(),
        // `date = 2026-12-24` without quotes.
        DeValue::Datetime(date) => date.to_string().into(),
        DeValue::Array(values) => values.iter().map(|value| json(value.get_ref())).collect(),
        DeValue::Table(table) => serde_json::Value::Object(
            table
                .iter()
                .map(|(key, value)| (key.get_ref().to_string(), json(value.get_ref())))
                .collect(),
        ),
    }
}
