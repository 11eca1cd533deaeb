//! The fields of what is being typed.

use protocol::Field;

/// What is being typed, field by field; what is not is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Draft {
    pub name: String,
    /// Wherever the panel asks for the address.
    pub email: String,
    pub subject: String,
    /// The id of the queue.
    pub queue: String,
    /// In the form or in the composer.
    pub message: String,
    /// What goes with a rating.
    pub comment: String,
}

impl Draft {
    /// Its fields.
    pub const FIELDS: [Field; 6] =
        [Field::Name, Field::Email, Field::Subject, Field::Queue, Field::Message, Field::Comment];

    /// What a field holds; nothing for one that nobody types into.
    pub fn get(&self, field: Field) -> &str {
        match field {
            Field::Name => &self.name,
            Field::Email => &self.email,
            Field::Subject => &self.subject,
            Field::Queue => &self.queue,
            Field::Message => &self.message,
            Field::Comment => &self.comment,
            _ => "",
        }
    }

    /// Puts a text into a field; nothing changes for one that nobody types into.
    pub fn set(&mut self, field: Field, text: &str) {
        let place = match field {
            Field::Name => &mut self.name,
            Field::Email => &mut self.email,
            Field::Subject => &mut self.subject,
            Field::Queue => &mut self.queue,
            Field::Message => &mut self.message,
            Field::Comment => &mut self.comment,
            _ => return,
        };
        text.clone_into(place);
    }
}
