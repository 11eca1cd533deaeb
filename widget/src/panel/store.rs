//! What a browser keeps of a conversation, in the storage of the panel's own origin, or in its partitioned cookies where
//! storage is blocked. Where both are, nothing is kept and everything else works.

use super::{
    cookies, json,
    state::{Kept, Stored},
};
use protocol::{EntryId, delivery::Unsent};
use web_sys::Storage;

/// Everything kept for a site.
pub fn all(site: &str) -> Stored {
    Stored {
        ticket: ticket(site),
        unsent: unsent(site),
        draft: read(&draft_key(site)).unwrap_or_default(),
        muted: read(MUTED).is_some(),
    }
}

/// The key of [`Kept`].
pub fn ticket_key(site: &str) -> String {
    ["ayuda:", site].concat()
}

fn draft_key(site: &str) -> String {
    ["ayuda:", site, ":draft"].concat()
}

fn unsent_prefix(site: &str) -> String {
    ["ayuda:", site, ":out:"].concat()
}

const MUTED: &str = "ayuda:mute";

/// The ticket kept for a site.
pub fn ticket(site: &str) -> Option<Kept> {
    json::read(&read(&ticket_key(site))?)
}

/// Keeps a ticket, or forgets it.
pub fn keep_ticket(site: &str, kept: Option<&Kept>) {
    let text = kept.and_then(json::write);
    write(&ticket_key(site), text.as_deref());
}

/// Keeps what is being typed; an empty text is forgotten.
pub fn keep_draft(site: &str, text: &str) {
    write(&draft_key(site), (!text.is_empty()).then_some(text));
}

/// The messages that were never acknowledged.
pub fn unsent(site: &str) -> Vec<Unsent> {
    keys(&unsent_prefix(site)).iter().filter_map(|key| json::read(&read(key)?)).collect()
}

/// Keeps a message until it is acknowledged.
pub fn keep_unsent(site: &str, unsent: &Unsent) {
    let key = [unsent_prefix(site), unsent.id.to_string()].concat();
    write(&key, json::write(unsent).as_deref());
}

/// The server has it.
pub fn forget_unsent(site: &str, id: EntryId) {
    write(&[unsent_prefix(site), id.to_string()].concat(), None);
}

/// Keeps whether answers come without a sound.
pub fn keep_muted(muted: bool) {
    write(MUTED, muted.then_some("1"));
}

fn local() -> Option<Storage> {
    web_sys::window()?.local_storage().ok().flatten()
}

fn keys(prefix: &str) -> Vec<String> {
    let Some(storage) = local() else { return cookies::names(prefix) };
    (0..storage.length().unwrap_or(0))
        .filter_map(|i| storage.key(i).ok().flatten())
        .filter(|key| key.starts_with(prefix))
        .collect()
}

fn read(key: &str) -> Option<String> {
    match local() {
        Some(storage) => storage.get_item(key).ok().flatten(),
        None => cookies::read(key),
    }
}

fn write(key: &str, value: Option<&str>) {
    let Some(storage) = local() else { return cookies::write(key, value) };
    // A full storage loses the copy, not the message: that is in memory too.
    let _ = match value {
        Some(value) => storage.set_item(key, value),
        None => storage.remove_item(key),
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sites_do_not_share_keys() {
        assert_eq!(ticket_key("demo"), "ayuda:demo");
        assert_ne!(draft_key("a"), draft_key("b"));
        // A site key has no colon, so that no site's prefix begins another's.
        assert!(!ticket_key("demo-2").starts_with(&unsent_prefix("demo")));
    }
}
