//! Where a browser keeps no storage for a frame of another site: a cookie of the panel's own, partitioned by the page
//! around it (CHIPS) and sent to the panel's addresses only. Names and values are URI-encoded.

use js_sys::{decode_uri_component, encode_uri_component};
use protocol::text::has;
use wasm_bindgen::JsCast;
use web_sys::HtmlDocument;

/// Browsers drop a longer cookie without a word: the rest of a value goes on in cookies of its own, `name~1` and so on.
const LONGEST: usize = 3_900;
/// As many cookies a value may have. All of a site's together may weigh 10 KiB (CHIPS).
const MOST: usize = 3;

/// The value under a name.
pub fn read(name: &str) -> Option<String> {
    let pairs = pairs();
    let find = |at| pairs.iter().find(|(it, _)| *it == piece_name(name, at));
    let mut value = find(0)?.1.clone();
    for at in 1..MOST {
        match find(at) {
            Some((_, piece)) => value.push_str(piece),
            None => break,
        }
    }
    decoded(&value)
}

/// The names that begin with this.
pub fn names(prefix: &str) -> Vec<String> {
    pairs()
        .into_iter()
        .filter(|(name, _)| !has(name, PIECE))
        .filter_map(|(name, _)| decoded(&name))
        .filter(|name| name.starts_with(prefix))
        .collect()
}

/// Sets a value for 30 days, or removes it. One that is too long for all of its cookies stays as it was.
pub fn write(name: &str, value: Option<&str>) {
    let value = value.map(encoded).unwrap_or_default();
    if value.len() > LONGEST * MOST {
        return;
    }
    let mut rest = &*value;
    for at in 0..MOST {
        // All of it is ASCII.
        let (piece, after) = rest.split_at_checked(LONGEST).unwrap_or((rest, ""));
        write_piece(&piece_name(name, at), piece);
        rest = after;
    }
}

/// In front of the number of a piece; no encoded name holds it.
const PIECE: char = '~';

fn piece_name(name: &str, at: usize) -> String {
    match at {
        0 => encoded(name),
        _ => [&*encoded(name), &*String::from(PIECE), &*at.to_string()].concat(),
    }
}

/// Sets a cookie, or removes it where it would be empty.
fn write_piece(name: &str, value: &str) {
    let Some(document) = document() else { return };
    let at = document.location().and_then(|it| it.pathname().ok()).unwrap_or_default();
    let age = if value.is_empty() { "0" } else { "2592000" };
    let _ = document.set_cookie(
        &[
            name,
            "=",
            value,
            "; Path=",
            panel_path(&at),
            "; Max-Age=",
            age,
            "; Secure; SameSite=None; Partitioned",
        ]
        .concat(),
    );
}

/// `/w/{site}` of the address that a document is at, which is `/w/{site}/chats` when a form was posted before this
/// script ran.
fn panel_path(at: &str) -> &str {
    at.match_indices('/').nth(2).and_then(|(end, _)| at.get(..end)).unwrap_or(at)
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
