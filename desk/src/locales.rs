//! The catalogue: `locales/{es,en,pt}/*.toml`, compiled in. Top-level tables are the sections.

use protocol::{settings::Language, strings::Strings};
use std::{collections::BTreeMap, sync::OnceLock};

/// The languages there are, as text; the first is the default.
pub const LANGUAGES: [&str; Language::ALL.len()] =
    [Language::Spanish.as_text(), Language::English.as_text(), Language::Portuguese.as_text()];

macro_rules! catalogue {
    ($lang:literal) => {
        &[
            ("button", include_str!(concat!("../../locales/", $lang, "/button.toml"))),
            ("panel", include_str!(concat!("../../locales/", $lang, "/panel.toml"))),
            ("ticket_page", include_str!(concat!("../../locales/", $lang, "/ticket_page.toml"))),
            ("console", include_str!(concat!("../../locales/", $lang, "/console.toml"))),
            ("mail", include_str!(concat!("../../locales/", $lang, "/mail.toml"))),
            ("error", include_str!(concat!("../../locales/", $lang, "/error.toml"))),
            ("page", include_str!(concat!("../../locales/", $lang, "/page.toml"))),
            ("settings", include_str!(concat!("../../locales/", $lang, "/settings.toml"))),
            ("own_tickets", include_str!(concat!("../../locales/", $lang, "/own_tickets.toml"))),
            ("request", include_str!(concat!("../../locales/", $lang, "/request.toml"))),
        ]
    };
}

const SOURCES: [&[(&str, &str)]; 3] = [catalogue!("es"), catalogue!("en"), catalogue!("pt")];

/// The one of [`LANGUAGES`] that a language tag (RFC 5646) begins with: `pt` for `pt-BR`.
pub fn find_language(tag: &str) -> Option<&'static str> {
    let primary = tag.split(['-', '_']).next().unwrap_or_default();
    LANGUAGES.into_iter().find(|language| primary.eq_ignore_ascii_case(language))
}

/// The strings of these top-level tables (`panel`, `console`, `mail`, `error`, `field`, `ticket_page`) in one language,
/// keys flattened with dots. A language that is not there answers in the default.
pub fn strings(lang: &str, sections: &[&str]) -> Strings {
    let is_wanted =
        |key: &str| key.split_once('.').is_some_and(|(section, _)| sections.contains(&section));
    language(lang).only(is_wanted)
}

/// Everything in one language, without a copy.
pub(crate) fn language(lang: &str) -> &'static Strings {
    static ALL: OnceLock<[Strings; 3]> = OnceLock::new();
    let index = LANGUAGES.iter().position(|known| *known == lang).unwrap_or(0);
    &ALL.get_or_init(|| SOURCES.map(parse))[index]
}

fn parse(files: &[(&str, &str)]) -> Strings {
    let mut flat = BTreeMap::new();
    for (name, source) in files {
        let table: toml::Table = source
            .parse()
            .unwrap_or_else(|error| panic!("locales/*/{name}.toml is not TOML: {error}"));
        flatten("", &table, &mut flat);
    }
    flat.into_iter().collect()
}

fn flatten(prefix: &str, table: &toml::Table, flat: &mut BTreeMap<String, String>) {
    for (key, value) in table {
        let path = if prefix.is_empty() { key.clone() } else { format!("{prefix}.{key}") };
        match value {
            toml::Value::Table(inner) => flatten(&path, inner, flat),
            toml::Value::String(text) => {
                flat.insert(path, text.clone());
            }
            other => {
                flat.insert(path, other.to_string());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn places(text: &str) -> BTreeSet<&str> {
        text.split('{')
            .skip(1)
            .filter_map(|rest| rest.split_once('}'))
            .map(|(name, _)| name)
            .collect()
    }

    #[test]
    fn the_three_languages_have_the_same_keys_and_places() {
        let spanish = language("es");
        for lang in ["en", "pt"] {
            let other = language(lang);
            let keys: BTreeSet<_> = spanish.iter().map(|(key, _)| key).collect();
            let theirs: BTreeSet<_> = other.iter().map(|(key, _)| key).collect();
            let odd: Vec<_> = keys.symmetric_difference(&theirs).collect();
            assert!(odd.is_empty(), "{lang} and es differ in {odd:?}");
            for (key, text) in spanish.iter() {
                let theirs = other.get(key);
                assert_eq!(places(text), places(&theirs), "places of {key} in {lang}");
                assert_eq!(text.is_empty(), theirs.is_empty(), "{key} in {lang}");
            }
        }
    }

    #[test]
    fn every_code_and_field_has_its_words() {
        use protocol::{Code, Field};
        for lang in LANGUAGES {
            let words = strings(lang, &["error", "field", "settings", "request"]);
            let has = |key: &str| {
                let places = ["", "settings.", "request."].map(|apart| format!("{apart}{key}"));
                places.iter().filter(|key| words.find(key).is_some()).count()
            };
            for code in Code::ALL {
                assert_eq!(has(&format!("error.{code}")), 1, "{code} in {lang}");
            }
            for field in Field::ALL {
                assert_eq!(has(&format!("field.{field}")), 1, "{field} in {lang}");
            }
            assert!(words.find("error.title").is_some());
        }
    }

    #[test]
    fn refusals_name_field_and_limit() {
        use protocol::{Code, Field, Refusal};
        use std::fmt::Write;
        let mut said = String::new();
        for lang in LANGUAGES {
            let words = strings(lang, &["error", "field"]);
            for refusal in [
                Refusal::of(Field::Message, Code::Required),
                Refusal::of(Field::Message, Code::TooLong).limit(1000),
                Refusal::of(Field::Files, Code::FileTooLarge).limit(10 * 1024 * 1024),
                Refusal::of(Field::Files, Code::TooManyFiles).limit(5),
                Refusal::new(Code::RateLimited).limit(10),
                Refusal::new(Code::SignInFailed),
            ] {
                writeln!(said, "{lang} {}", words.refusal(&refusal)).unwrap();
            }
        }
        insta::assert_snapshot!(said);
    }

    #[test]
    fn a_language_is_found_by_the_first_part_of_its_tag() {
        assert_eq!(find_language("pt-BR"), Some("pt"));
        assert_eq!(find_language("EN_us"), Some("en"));
        assert_eq!(find_language("esperanto"), None);
        assert_eq!(find_language(""), None);
    }

    #[test]
    fn only_the_sections_asked_for() {
        let words = strings("es", &["field"]);
        assert!(words.iter().all(|(key, _)| key.starts_with("field.")));
        assert_eq!(strings("xx", &["field"]), words);
    }
}
