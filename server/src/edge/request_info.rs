//! What handlers read from a request: its language, the kind of answer it wants, its parameters, its bearer token.

use axum::http::{
    HeaderMap, Uri,
    header::{ACCEPT, ACCEPT_LANGUAGE, AUTHORIZATION},
};
use desk::locales;

/// Choices of an `Accept-Language` that are looked at; browsers send a handful.
const CHOICES: usize = 32;

/// The language asked for: `?lang=`, else what the browser says, else `otherwise`, else the first there is.
pub(crate) fn language(uri: &Uri, headers: &HeaderMap, otherwise: &str) -> &'static str {
    let browser = headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    query(uri, "lang")
        .as_deref()
        .and_then(accepted_language)
        .or_else(|| browser.and_then(accepted_language))
        .or_else(|| locales::find_language(otherwise))
        .unwrap_or(locales::LANGUAGES[0])
}

/// The language of a form: `?lang=`, else the one that the form names.
pub(crate) fn form_language(uri: &Uri, named: &str) -> Option<&'static str> {
    query(uri, "lang").as_deref().and_then(accepted_language).or_else(|| accepted_language(named))
}

/// The best language there is for a tag or an `Accept-Language` (RFC 9110, 12.5.4); of equal weights the first named.
fn accepted_language(wanted: &str) -> Option<&'static str> {
    let mut best: Option<(f32, &'static str)> = None;
    for choice in wanted.split(',').take(CHOICES) {
        let mut parts = choice.split(';');
        let language = locales::find_language(parts.next().unwrap_or_default().trim());
        let weight = parts
            .find_map(|part| part.trim().strip_prefix("q="))
            .map_or(1.0, |weight| weight.trim().parse::<f32>().unwrap_or(0.0));
        if let Some(language) = language
            && weight > 0.0
            && best.is_none_or(|(most, _)| weight > most)
        {
            best = Some((weight, language));
        }
    }
    best.map(|(_, language)| language)
}

/// One parameter of the query, decoded.
pub(crate) fn query(uri: &Uri, name: &str) -> Option<String> {
    form_urlencoded::parse(uri.query()?.as_bytes())
        .find(|(key, _)| key == name)
        .map(|(_, value)| value.into_owned())
}

/// Whether a page is wanted rather than JSON: what browsers ask for when they navigate.
pub(crate) fn wants_page(headers: &HeaderMap) -> bool {
    accept(headers).contains("text/html")
}

/// Whether JSON is asked for by name.
pub(crate) fn wants_json(headers: &HeaderMap) -> bool {
    !wants_page(headers) && accept(headers).contains("json")
}

fn accept(headers: &HeaderMap) -> &str {
    headers.get(ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

/// The token of `Authorization: Bearer` (RFC 6750).
pub(crate) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_query_goes_before_the_browser_and_the_browser_before_the_site() {
        let mut headers = HeaderMap::new();
        let asked = |headers: &HeaderMap, uri: &str| language(&uri.parse().unwrap(), headers, "pt");
        assert_eq!(asked(&headers, "/w/demo"), "pt");
        headers.insert(ACCEPT_LANGUAGE, "en-GB,en;q=0.9".parse().unwrap());
        assert_eq!(asked(&headers, "/w/demo"), "en");
        assert_eq!(asked(&headers, "/w/demo?lang=es-MX"), "es");
        assert_eq!(asked(&headers, "/w/demo?lang=xx"), "en");
    }

    #[test]
    fn the_language_of_the_greatest_weight_is_accepted() {
        assert_eq!(accepted_language("pt-BR,pt;q=0.9"), Some("pt"));
        assert_eq!(accepted_language("fr,en;q=0.5,es;q=0.7"), Some("es"));
        assert_eq!(accepted_language("EN_us"), Some("en"));
        assert_eq!(accepted_language("de"), None);
        assert_eq!(accepted_language("en;q=0,pt;q=0.1"), Some("pt"));
        assert_eq!(accepted_language(""), None);
    }
}
