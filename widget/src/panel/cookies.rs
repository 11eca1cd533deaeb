//! Where a browser keeps no storage for a frame of another site: a cookie of the panel's own, partitioned by the page around it
//! (CHIPS) and sent to the panel's addresses only. Names and values are URI-encoded.

use js_sys::{decode_uri_component, encode_uri_component};
use wasm_bindgen::JsCast;
use web_sys::HtmlDocument;

/// Browsers drop a longer cookie without a word.
const LONGEST: usize = 3_900;

/// The value under a name.
pub fn read(name: &str) -> Option<String> {
    let name = encoded(name);
    pairs().into_iter().find(|(it, _)| *it == name).and_then(|(_, value)| decoded(&value))
}

/// The names that begin with this.
pub fn names(prefix: &str) -> Vec<String> {
    pairs()
        .into_iter()
        .filter_map(|(name, _)| decoded(&name))
        .filter(|name| name.starts_with(prefix))
        .collect()
}

/// Sets a value for 30 days, or removes it.
pub fn write(name: &str, value: Option<&str>) {
    let Some(document) = document() else { return };
    let at = document.location().and_then(|it| it.pathname().ok()).unwrap_or_default();
    let (value, age) = match value {
        Some(value) => (encoded(value), "2592000"),
        None => (String::new(), "0"),
    };
    if value.len() > LONGEST {
        return;
    }
    let _ = document.set_cookie(
        &[
            &*encoded(name),
            "=",
            &value,
            "; Path=",
            panel_path(&at),
            "; Max-Age=",
            age,
            "; Secure; SameSite=None; Partitioned",
        ]
        .concat(),
    );
}

/// `/w/{site}` of the address that a document is at, which is `/w/{site}/chats` when a form was posted before this script ran.
fn panel_path(at: &str) -> &str {
    at.match_indices('/').nth(2).map_or(at, |(end, _)| &at[..end])
}

fn pairs() -> Vec<(String, String)> {
    let all = document().and_then(|document| document.cookie().ok()).unwrap_or_default();
    // At a `char`: the search for a text such as "; " would be 1 KB of the wasm.
    all.split(';')
        .filter_map(|pair| pair.trim_start().split_once('='))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

fn encoded(text: &str) -> String {
    encode_uri_component(text).into()
}

fn decoded(text: &str) -> Option<String> {
    decode_uri_component(text).ok().map(Into::into)
}

fn document() -> Option<HtmlDocument> {
    web_sys::window()?.document()?.dyn_into().ok()
}

#[cfg(test)]
mod tests {
    use super::panel_path;

    #[test]
    fn every_document_of_a_panel_writes_to_one_path() {
        for at in ["/w/demo", "/w/demo/", "/w/demo/chats", "/w/demo/requests"] {
            assert_eq!(panel_path(at), "/w/demo");
        }
    }
}
