//! What is drawn. Components take data and callbacks; pages take the console from the context.

pub mod attachments;
pub mod banner;
pub mod bubble;
pub mod closing;
pub mod composer;
pub mod entry;
pub mod facts;
pub mod frame;
pub mod head;
pub mod icon;
pub mod inbox;
pub mod log;
pub mod mail;
pub mod menu;
pub mod not_there;
pub mod offer;
pub mod profile_menu;
pub mod row;
pub mod state_menu;
pub mod talk;
pub mod title;
pub mod toasts;
mod whole;

use crate::words::Words;
use protocol::contact::Contact;

/// What a contact is called: by name, else by address, else a visitor.
pub fn name_of(contact: &Contact, words: Words) -> String {
    contact.name.clone().or_else(|| contact.email.clone()).unwrap_or_else(|| words.get("visitor"))
}

/// The part of an address that tells pages of one site apart: `/planes/anual`.
pub fn page_path(page: &str) -> String {
    let rest = page.split_once("://").map_or(page, |(_, rest)| rest);
    let path = rest.find('/').map_or("/", |at| &rest[at..]);
    path.split(['?', '#']).next().unwrap_or(path).to_owned()
}

#[cfg(test)]
mod tests {
    use super::page_path;

    #[test]
    fn a_page_is_named_by_its_path() {
        assert_eq!(
            page_path("https://cuentasok.example/conciliacion/marzo?x=1#y"),
            "/conciliacion/marzo"
        );
        assert_eq!(page_path("https://cuentasok.example"), "/");
        assert_eq!(page_path("/planes/anual"), "/planes/anual");
    }
}
