//! What a browser keeps of a conversation, in the storage of the panel's own origin, or in its partitioned cookies
//! where storage is blocked. Where both are, nothing is kept and everything else works.
//!
//! Ticket and messages are the browser's. Drafts are a tab's: they are in the tab's own storage, and again in the
//! browser's for a tab that comes later, so that no tab writes over what is being typed in another.

use super::{
    cookies, json,
    state::{Draft, Kept, Reading, Stored},
};
use protocol::{EntryId, Field, TicketNumber, delivery::Unsent};
use web_sys::Storage;

json::objects! {
    Kept { token, number, link }
    Reading { number, seen, received }
}

/// Everything kept for a site.
pub fn all(site: &str) -> Stored {
    let person = person(site);
    Stored {
        ticket: ticket(site),
        unsent: unsent(site),
        draft: draft(site, person.as_deref()),
        person,
        reading: read(&reading_key(site)).and_then(|text| json::read(&text)),
        identity: read(&identity_key(site)),
        muted: read(MUTED).is_some(),
    }
}

/// The key of [`Kept`].
pub fn ticket_key(site: &str) -> String {
    ["ayuda:", site].concat()
}

/// The key of [`Stored::person`].
pub fn person_key(site: &str) -> String {
    ["ayuda:", site, ":person"].concat()
}

fn reading_key(site: &str) -> String {
    ["ayuda:", site, ":read"].concat()
}

fn identity_key(site: &str) -> String {
    ["ayuda:", site, ":id"].concat()
}

fn draft_key(site: &str, field: Field) -> String {
    ["ayuda:", site, ":draft:", field.as_text()].concat()
}

fn unsent_prefix(site: &str) -> String {
    ["ayuda:", site, ":out:"].concat()
}

fn unsent_key(site: &str, id: EntryId) -> String {
    [&*unsent_prefix(site), &id.to_string()].concat()
}

/// Of all sites: no site's key is empty.
const MUTED: &str = "ayuda::mute";

/// The ticket kept for a site.
pub fn ticket(site: &str) -> Option<Kept> {
    json::read(&read(&ticket_key(site))?)
}

/// Keeps a ticket, or forgets it.
pub fn keep_ticket(site: &str, kept: Option<&Kept>) {
    let text = kept.and_then(json::write);
    write(&ticket_key(site), text.as_deref());
}

/// Whose browser this is; none before the first logout, and where nothing is kept.
pub fn person(site: &str) -> Option<String> {
    read(&person_key(site))
}

/// What was typed in this tab, else in the one that kept something last.
fn draft(site: &str, person: Option<&str>) -> Draft {
    let tab = tab();
    if let Some(tab) = &tab
        && get(tab, &person_key(site)).as_deref() != person
    {
        // Whoever typed here has logged out in another tab.
        empty(tab, site);
        set(tab, &person_key(site), person);
    }
    let mut typed = Draft::default();
    for field in Draft::FIELDS {
        let key = draft_key(site, field);
        let own = tab.as_ref().and_then(|tab| get(tab, &key));
        typed.set(field, &own.or_else(|| read(&key)).unwrap_or_default());
    }
    typed
}

/// Keeps what is being typed into a field; an empty text is forgotten.
pub fn keep_draft(site: &str, field: Field, text: &str) {
    let key = draft_key(site, field);
    if let Some(tab) = tab() {
        // Empty is not absent: another tab's draft does not come up in its place.
        set(&tab, &key, Some(text));
    }
    write(&key, (!text.is_empty()).then_some(text));
}

/// The messages that were never acknowledged, with the tickets that they were written on.
fn unsent(site: &str) -> Vec<(TicketNumber, Unsent)> {
    let parse = |key: &String| {
        let value = read(key)?;
        let (number, message) = value.split_once(' ')?;
        Some((TicketNumber(number.to_owned()), json::read(message)?))
    };
    keys(&unsent_prefix(site)).iter().filter_map(parse).collect()
}

/// Keeps a message for a ticket until it is acknowledged.
pub fn keep_unsent(site: &str, number: &str, unsent: &Unsent) {
    let key = unsent_key(site, unsent.id);
    let value = json::write(unsent).map(|message| [number, " ", &message].concat());
    write(&key, value.as_deref());
}

/// The server has it.
pub fn forget_unsent(site: &str, id: EntryId) {
    write(&unsent_key(site, id), None);
}

/// Forgets everything of whoever was here before `person`.
pub fn forget_person(site: &str, person: &str) {
    let mark = person_key(site);
    // First, so that other tabs know why the rest goes; and at the end again, where there was no room for it.
    write(&mark, Some(person));
    for key in keys(&[&ticket_key(site), ":"].concat()) {
        if key != mark {
            write(&key, None);
        }
    }
    write(&ticket_key(site), None);
    write(&mark, Some(person));
    forget_tab(site, person);
}

/// Forgets what this tab kept for itself before `person` came.
pub fn forget_tab(site: &str, person: &str) {
    if let Some(tab) = tab() {
        empty(&tab, site);
        set(&tab, &person_key(site), Some(person));
    }
}

/// Keeps how far the visitor is on the ticket, in whichever tab that is furthest.
pub fn keep_reading(site: &str, reading: Option<&Reading>) {
    let key = reading_key(site);
    let kept = || read(&key).and_then(|text| json::read(&text));
    let furthest = reading.map(|reading| reading.clone().furthest(kept()));
    write(&key, furthest.as_ref().and_then(json::write).as_deref());
}

/// Keeps the id of whoever was identified last.
pub fn keep_identity(site: &str, id: Option<&str>) {
    write(&identity_key(site), id);
}

/// Keeps whether answers come without a sound.
pub fn keep_muted(muted: bool) {
    write(MUTED, muted.then_some("1"));
}

fn local() -> Option<Storage> {
    web_sys::window()?.local_storage().ok().flatten()
}

fn tab() -> Option<Storage> {
    web_sys::window()?.session_storage().ok().flatten()
}

fn keys(prefix: &str) -> Vec<String> {
    match local() {
        Some(storage) => keys_in(&storage, prefix),
        None => cookies::names(prefix),
    }
}

fn read(key: &str) -> Option<String> {
    match local() {
        Some(storage) => get(&storage, key),
        None => cookies::read(key),
    }
}

fn write(key: &str, value: Option<&str>) {
    match local() {
        Some(storage) => set(&storage, key, value),
        None => cookies::write(key, value),
    }
}

fn keys_in(storage: &Storage, prefix: &str) -> Vec<String> {
    (0..storage.length().unwrap_or(0))
        .filter_map(|i| storage.key(i).ok().flatten())
        .filter(|key| key.starts_with(prefix))
        .collect()
}

fn empty(storage: &Storage, site: &str) {
    for key in keys_in(storage, &[&ticket_key(site), ":"].concat()) {
        set(storage, &key, None);
    }
}

fn get(storage: &Storage, key: &str) -> Option<String> {
    storage.get_item(key).ok().flatten()
}

fn set(storage: &Storage, key: &str, value: Option<&str>) {
    // A full storage loses the copy, not the text: that is in memory too.
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
        assert_ne!(draft_key("a", Field::Name), draft_key("b", Field::Name));
        assert_ne!(ticket_key("mute"), MUTED);
        // A site key has no colon, so that no site's prefix begins another's.
        assert!(!ticket_key("demo-2").starts_with(&unsent_prefix("demo")));
    }
}
