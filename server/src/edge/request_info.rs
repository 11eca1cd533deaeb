//! What a request says of the answer that is wanted: its language, its kind; and its query and cookies.

use axum::http::{
    HeaderMap, Uri,
    header::{ACCEPT, ACCEPT_LANGUAGE, COOKIE},
};

/// The language asked for: `?lang=`, else what the browser says, else `otherwise`.
pub(crate) fn language(uri: &Uri, headers: &HeaderMap, otherwise: &str) -> &'static str {
    let said = query(uri, "lang");
    let browser = headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    said.as_deref()
        .and_then(desk::locales::negotiate)
        .or_else(|| browser.and_then(desk::locales::negotiate))
        .or_else(|| desk::locales::negotiate(otherwise))
        .unwrap_or(desk::locales::LANGUAGES[0])
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

/// The value of a cookie.
pub(crate) fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(key, _)| *key == name)
        .map(|(_, value)| value)
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
    fn a_cookie_is_found_by_its_whole_name() {
        let mut headers = HeaderMap::new();
        headers.insert(COOKIE, "not_ayuda=1; ayuda=2;ayuda_session=a=b".parse().unwrap());
        assert_eq!(cookie(&headers, "ayuda"), Some("2"));
        assert_eq!(cookie(&headers, "ayuda_session"), Some("a=b"));
        assert_eq!(cookie(&headers, "session"), None);
    }
}
