//! What this console has read of something that agents change together, and what of it is typed or chosen and not
//! saved.

use leptos::prelude::*;
use protocol::{Field, text::is_blank};
use serde::{Serialize, de::DeserializeOwned};

/// Something whose fields are changed together.
pub trait Editable: Clone + PartialEq + Send + Sync + 'static {
    /// Names a field.
    type Key: Copy + PartialEq + Serialize + DeserializeOwned + Send + Sync + 'static;

    /// What a field holds: its text, or ids with a space between two.
    fn value(&self, key: Self::Key) -> String;

    /// Puts a value into its field, as it is once it was saved.
    fn put(&mut self, key: Self::Key, value: &str);

    /// The field that a refusal speaks of, where it has a place for what is wrong with it.
    fn key_of(field: Field) -> Option<Self::Key>;

    /// Whether its fields may be changed by who reads this.
    fn may_change(&self) -> bool;
}

/// What the agent has put in the place of what a field holds.
pub type Edits<T> = Vec<(<T as Editable>::Key, String)>;

/// What is wrong, and the field that is to blame.
pub type Problem<T> = (Option<<T as Editable>::Key>, String);

/// What is known and what is edited; clones share them.
pub struct EditForm<T: Editable> {
    /// What was read, once it was.
    pub known: ArcRwSignal<Option<T>>,
    /// What it has become since, where something is not saved.
    pub newer: ArcRwSignal<Option<T>>,
    /// What is not saved.
    pub edits: ArcRwSignal<Edits<T>>,
    /// Why it could not be saved or read.
    pub problem: ArcRwSignal<Option<Problem<T>>>,
}

impl<T: Editable> Clone for EditForm<T> {
    fn clone(&self) -> Self {
        Self {
            known: self.known.clone(),
            newer: self.newer.clone(),
            edits: self.edits.clone(),
            problem: self.problem.clone(),
        }
    }
}

impl<T: Editable> EditForm<T> {
    /// One of which nothing is known.
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

    /// It was read. Under the agent's hands nothing changes.
    pub fn on_read(&self, read: T) {
        let is_touched = self
            .edits
            .with_untracked(|edits| edits.iter().any(|(key, value)| *value != read.value(*key)));
        if !is_touched || self.known.with_untracked(Option::is_none) {
            self.newer.set(None);
            self.set_known(read);
        } else if self.known.with_untracked(|known| known.as_ref() == Some(&read)) {
            self.newer.set(None);
        } else {
            self.newer.set(Some(read));
        }
    }

    /// Shows what it has become; what is not saved stays where it is typed.
    pub fn refresh(&self) {
        if let Some(newer) = self.newer.get_untracked() {
            self.newer.set(None);
            self.set_known(newer);
        }
    }

    /// These were saved; what was typed since is not.
    pub fn on_saved(&self, saved: &Edits<T>) {
        self.problem.set(None);
        self.known.update(|known| {
            if let Some(known) = known {
                for (key, value) in saved {
                    known.put(*key, value);
                }
            }
        });
        self.edits.update(|edits| edits.retain(|edit| !saved.contains(edit)));
        if self.edits.with_untracked(Vec::is_empty) {
            self.refresh();
        }
    }

    /// What a field holds, or is to hold.
    pub fn value(&self, key: T::Key) -> String {
        let edit = self.edits.with(|edits| {
            let edit = edits.iter().find(|(other, _)| *other == key);
            edit.map(|(_, value)| value.clone())
        });
        edit.unwrap_or_else(|| {
            self.known
                .with(|known| known.as_ref().map(|known| known.value(key)).unwrap_or_default())
        })
    }

    /// A field is to hold this; what it held before is no change.
    pub fn edit(&self, key: T::Key, value: String) {
        let before =
            self.known.with_untracked(|known| known.as_ref().map(|known| known.value(key)));
        self.edits.update(|edits| {
            edits.retain(|(other, _)| *other != key);
            if before.as_ref() != Some(&value) {
                edits.push((key, value));
            }
        });
        let is_blamed = |problem: &Option<Problem<T>>| matches!(problem, Some((blamed, _)) if blamed.is_none_or(|blamed| blamed == key));
        if self.problem.with_untracked(is_blamed) {
            self.problem.set(None);
        }
    }

    fn set_known(&self, read: T) {
        self.edits.update(|edits| edits.retain(|(key, value)| *value != read.value(*key)));
        self.known.set(Some(read));
    }
}

impl<T: Editable> Default for EditForm<T> {
    fn default() -> Self {
        Self::new()
    }
}

/// What is to be in a field, as it is sent; text in which nothing can be seen is none.
pub fn find<K: PartialEq>(edits: &[(K, String)], key: K) -> Option<String> {
    let edit = edits.iter().find(|(other, _)| *other == key);
    edit.map(|(_, value)| if is_blank(value) { String::new() } else { value.clone() })
}

/// The text of a field as it is once it was saved; none where nothing of it can be seen.
pub fn saved_text(value: &str) -> Option<String> {
    Some(value.trim().to_owned()).filter(|text| !is_blank(text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::{PriorityId, StateId, properties::Properties};
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
            let form = EditForm::<Properties>::new();
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
            let form = EditForm::<Properties>::new();
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
