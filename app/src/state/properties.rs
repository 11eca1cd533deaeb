//! A ticket's properties as this console has them, and what of them is typed or chosen and not saved.

use leptos::prelude::*;
use protocol::{Field, properties::Properties, text::is_blank};

/// What the agent has put in the place of what a field holds: its text, or ids.
pub type Edits = Vec<(Field, String)>;

/// Properties and edits; clones share them.
#[derive(Clone)]
pub struct PropertiesForm {
    /// The properties, once read.
    pub known: ArcRwSignal<Option<Properties>>,
    /// What they have become since, where something is not saved.
    pub newer: ArcRwSignal<Option<Properties>>,
    /// What is not saved.
    pub edits: ArcRwSignal<Edits>,
    /// Why it could not be saved or read, and the field that is to blame.
    pub problem: ArcRwSignal<Option<(Option<Field>, String)>>,
}

impl PropertiesForm {
    /// Of a ticket of which nothing is known.
    pub fn new() -> Self {
        Self {
            known: ArcRwSignal::new(None),
            newer: ArcRwSignal::new(None),
            edits: ArcRwSignal::new(Vec::new()),
            problem: ArcRwSignal::new(None),
        }
    }

    /// Forgets what was read; what is not saved stays.
    pub fn forget(&self) {
        self.known.set(None);
        self.newer.set(None);
    }

    /// They were read. Under the agent's hands nothing changes.
    pub fn on_read(&self, properties: Properties) {
        let is_touched = self.edits.with_untracked(|edits| {
            edits.iter().any(|(field, value)| *value != value_of(&properties, *field))
        });
        if !is_touched || self.known.with_untracked(Option::is_none) {
            self.newer.set(None);
            self.set_known(properties);
        } else if self.known.with_untracked(|known| known.as_ref() == Some(&properties)) {
            self.newer.set(None);
        } else {
            self.newer.set(Some(properties));
        }
    }

    /// Shows what they have become; what is not saved stays where it is typed.
    pub fn refresh(&self) {
        if let Some(newer) = self.newer.get_untracked() {
            self.newer.set(None);
            self.set_known(newer);
        }
    }

    /// These were saved; what was typed since is not.
    pub fn on_saved(&self, saved: &Edits) {
        self.problem.set(None);
        self.known.update(|known| {
            if let Some(known) = known {
                for (field, value) in saved {
                    put(known, *field, value);
                }
            }
        });
        self.edits.update(|edits| edits.retain(|edit| !saved.contains(edit)));
        if self.edits.with_untracked(Vec::is_empty) {
            self.refresh();
        }
    }

    /// What a field holds, or is to hold.
    pub fn value(&self, field: Field) -> String {
        let edit = self.edits.with(|edits| find(edits, field));
        edit.unwrap_or_else(|| {
            self.known.with(|known| {
                known.as_ref().map(|known| value_of(known, field)).unwrap_or_default()
            })
        })
    }

    /// A field is to hold this; what it held before is no change.
    pub fn edit(&self, field: Field, value: String) {
        let before =
            self.known.with_untracked(|known| known.as_ref().map(|known| value_of(known, field)));
        self.edits.update(|edits| {
            edits.retain(|(other, _)| *other != field);
            if before.as_ref() != Some(&value) {
                edits.push((field, value));
            }
        });
        let is_blamed = |problem: &Option<(Option<Field>, String)>| matches!(problem, Some((blamed, _)) if blamed.is_none_or(|blamed| blamed == field));
        if self.problem.with_untracked(is_blamed) {
            self.problem.set(None);
        }
    }

    fn set_known(&self, properties: Properties) {
        self.edits.update(|edits| {
            edits.retain(|(field, value)| *value != value_of(&properties, *field));
        });
        self.known.set(Some(properties));
    }
}

impl Default for PropertiesForm {
    fn default() -> Self {
        Self::new()
    }
}

/// What is to be in a field, as it is sent; text in which nothing can be seen is none.
pub fn find(edits: &Edits, field: Field) -> Option<String> {
    let edit = edits.iter().find(|(other, _)| *other == field);
    edit.map(|(_, value)| if is_blank(value) { String::new() } else { value.clone() })
}

/// What a field holds: its text, or ids with a space between two.
fn value_of(properties: &Properties, field: Field) -> String {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    match field {
        Field::State => properties.state.to_string(),
        Field::Priority => properties.priority.to_string(),
        Field::Type => properties.ticket_type.map(|id| id.to_string()).unwrap_or_default(),
        Field::Agent => properties.agent.map(|id| id.to_string()).unwrap_or_default(),
        Field::Queue => properties.queue.map(|id| id.to_string()).unwrap_or_default(),
        Field::Subject => text(&properties.subject),
        Field::Requirement => text(&properties.requirement),
        Field::Observations => text(&properties.observations),
        Field::Tags => {
            let ids: Vec<String> = properties.tags.iter().map(ToString::to_string).collect();
            ids.join(" ")
        }
        _ => String::new(),
    }
}

/// Puts a value into its field, as it is once it was saved.
fn put(properties: &mut Properties, field: Field, value: &str) {
    let text = || Some(value.trim().to_owned()).filter(|text| !is_blank(text));
    match field {
        Field::State => properties.state = value.parse().unwrap_or(properties.state),
        Field::Priority => properties.priority = value.parse().unwrap_or(properties.priority),
        Field::Type => properties.ticket_type = value.parse().ok(),
        Field::Agent => properties.agent = value.parse().ok(),
        Field::Queue => properties.queue = value.parse().ok(),
        Field::Subject => properties.subject = text(),
        Field::Requirement => properties.requirement = text(),
        Field::Observations => properties.observations = text(),
        Field::Tags => {
            properties.tags = value.split(' ').filter_map(|id| id.parse().ok()).collect();
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::{PriorityId, StateId};
    use uuid::Uuid;

    fn properties(observations: &str) -> Properties {
        Properties {
            state: StateId(Uuid::from_u128(1)),
            priority: PriorityId(Uuid::from_u128(2)),
            ticket_type: None,
            agent: None,
            queue: None,
            subject: Some("Conciliación".into()),
            requirement: None,
            observations: Some(observations.into()),
            tags: vec![],
            states: vec![],
            priorities: vec![],
            types: vec![],
            agents: vec![],
            queues: vec![],
            all_tags: vec![],
            may_change: true,
        }
    }

    #[test]
    fn what_is_typed_stays_when_a_colleague_changes_the_ticket() {
        Owner::new().with(|| {
            let form = PropertiesForm::new();
            form.on_read(properties("uno"));
            form.edit(Field::Subject, "Factura".into());
            form.on_read(properties("dos"));
            assert_eq!(form.value(Field::Observations), "uno", "not under the agent's hands");
            assert!(form.newer.with_untracked(Option::is_some));
            form.refresh();
            assert_eq!(form.value(Field::Observations), "dos");
            assert_eq!(form.value(Field::Subject), "Factura");
            assert!(form.newer.with_untracked(Option::is_none));
        });
    }

    #[test]
    fn nothing_is_left_to_save_where_it_is_as_it_was_or_was_saved() {
        Owner::new().with(|| {
            let form = PropertiesForm::new();
            form.on_read(properties("uno"));
            form.edit(Field::Observations, "dos".into());
            form.edit(Field::Observations, "uno".into());
            assert!(form.edits.get_untracked().is_empty());
            form.edit(Field::Observations, "dos".into());
            let sent = form.edits.get_untracked();
            form.edit(Field::Observations, "dos y tres".into());
            form.on_saved(&sent);
            assert_eq!(form.edits.get_untracked(), [(Field::Observations, "dos y tres".into())]);
            // What was saved comes back: that is nothing new.
            form.on_read(properties("dos"));
            assert!(form.newer.with_untracked(Option::is_none));
            // Somebody else wrote the same.
            form.on_read(properties("dos y tres"));
            assert!(form.edits.get_untracked().is_empty());
            assert!(form.newer.with_untracked(Option::is_none));
        });
    }

    #[test]
    fn what_only_spaces_say_is_nothing() {
        let edits = vec![(Field::Observations, " \u{200b}\n".into())];
        assert_eq!(find(&edits, Field::Observations), Some(String::new()));
        assert_eq!(find(&edits, Field::Subject), None);
    }
}
