//! A ticket's properties as they are edited.

use super::edits::{EditForm, Editable, saved_text};
use protocol::{Field, properties::Properties};

/// Properties and what is typed or chosen of them.
pub type PropertiesForm = EditForm<Properties>;

/// The fields of the form.
const FIELDS: [Field; 9] = [
    Field::State,
    Field::Priority,
    Field::Type,
    Field::Agent,
    Field::Queue,
    Field::Subject,
    Field::Requirement,
    Field::Observations,
    Field::Tags,
];

impl Editable for Properties {
    type Key = Field;

    fn value(&self, key: Field) -> String {
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        match key {
            Field::State => self.state.to_string(),
            Field::Priority => self.priority.to_string(),
            Field::Type => self.ticket_type.map(|id| id.to_string()).unwrap_or_default(),
            Field::Agent => self.agent.map(|id| id.to_string()).unwrap_or_default(),
            Field::Queue => self.queue.map(|id| id.to_string()).unwrap_or_default(),
            Field::Subject => text(&self.subject),
            Field::Requirement => text(&self.requirement),
            Field::Observations => text(&self.observations),
            Field::Tags => {
                let ids: Vec<String> = self.tags.iter().map(ToString::to_string).collect();
                ids.join(" ")
            }
            _ => String::new(),
        }
    }

    fn put(&mut self, key: Field, value: &str) {
        match key {
            Field::State => self.state = value.parse().unwrap_or(self.state),
            Field::Priority => self.priority = value.parse().unwrap_or(self.priority),
            Field::Type => self.ticket_type = value.parse().ok(),
            Field::Agent => self.agent = value.parse().ok(),
            Field::Queue => self.queue = value.parse().ok(),
            Field::Subject => self.subject = saved_text(value),
            Field::Requirement => self.requirement = saved_text(value),
            Field::Observations => self.observations = saved_text(value),
            Field::Tags => {
                self.tags = value.split(' ').filter_map(|id| id.parse().ok()).collect();
            }
            _ => {}
        }
    }

    fn key_of(field: Field) -> Option<Field> {
        FIELDS.contains(&field).then_some(field)
    }

    fn may_change(&self) -> bool {
        self.may_change
    }
}
