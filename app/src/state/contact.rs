//! What is known of who asks, as it is edited.

use super::edits::{EditForm, Editable, saved_text};
use protocol::{ContactFieldId, Field, contact::ContactCard};
use serde::{Deserialize, Serialize};

/// The contact and what is typed of it.
pub type ContactForm = EditForm<ContactCard>;

/// A field of the form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ContactKey {
    /// What they are called.
    Name,
    /// Their address; while another one waits for its owner, that one.
    Email,
    /// Their telephone number.
    Phone,
    /// A field of the owner's.
    Own(ContactFieldId),
}

impl Editable for ContactCard {
    type Key = ContactKey;

    fn value(&self, key: ContactKey) -> String {
        let value = match key {
            ContactKey::Name => &self.contact.name,
            ContactKey::Email => &self.contact.email,
            ContactKey::Phone => &self.phone,
            ContactKey::Own(id) => match self.fields.iter().find(|field| field.id == id) {
                Some(field) => &field.value,
                None => &None,
            },
        };
        value.clone().unwrap_or_default()
    }

    fn put(&mut self, key: ContactKey, value: &str) {
        match key {
            ContactKey::Name => self.contact.name = saved_text(value),
            // Another one is the ticket's only once its owner has confirmed it.
            ContactKey::Email if self.contact.email.is_some() => {}
            ContactKey::Email => self.contact.email = saved_text(value),
            ContactKey::Phone => self.phone = saved_text(value),
            ContactKey::Own(id) => {
                if let Some(field) = self.fields.iter_mut().find(|field| field.id == id) {
                    field.value = saved_text(value);
                }
            }
        }
    }

    fn key_of(field: Field) -> Option<ContactKey> {
        match field {
            Field::Name => Some(ContactKey::Name),
            Field::Email => Some(ContactKey::Email),
            Field::Phone => Some(ContactKey::Phone),
            _ => None,
        }
    }

    fn may_change(&self) -> bool {
        self.may_change
    }
}
