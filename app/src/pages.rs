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
