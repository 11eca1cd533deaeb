//! Lists that an owner writes.

use crate::{Code, Field, Refusal};
use serde::{Deserialize, Serialize};
use std::ops::Deref;

/// What stands in a list.
pub trait ListItem: PartialEq + Sized {
    /// The field that a refusal of the item or of its list names.
    const FIELD: Field;

    /// Checks one item.
    ///
    /// # Errors
    /// The item's own refusals.
    fn parse(raw: &str) -> Result<Self, Refusal>;
}

/// At most 100 items in the owner's order, none of them twice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct List<T>(Vec<T>);

impl<T> Default for List<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T: ListItem> List<T> {
    /// Longest list: more than a person reads through to choose one.
    pub const MAX_ITEMS: usize = 100;

    /// Reads every item.
    ///
    /// # Errors
    /// The first refusal of an item, `Repeated`, `TooMany`.
    pub fn parse<'a>(raw: impl IntoIterator<Item = &'a str>) -> Result<Self, Refusal> {
        let mut list = Self::default();
        for text in raw {
            list.push(T::parse(text)?)?;
        }
        Ok(list)
    }

    /// Adds one at the end.
    ///
    /// # Errors
    /// `Repeated`, `TooMany`.
    pub fn push(&mut self, item: T) -> Result<(), Refusal> {
        if self.0.contains(&item) {
            return Err(Refusal::of(T::FIELD, Code::Repeated));
        }
        if self.0.len() == Self::MAX_ITEMS {
            return Err(Refusal::of(T::FIELD, Code::TooMany).limit(Self::MAX_ITEMS as u64));
        }
        self.0.push(item);
        Ok(())
    }

    /// The same list, where a list without anything makes no sense.
    ///
    /// # Errors
    /// `Required`.
    pub fn not_empty(self) -> Result<Self, Refusal> {
        if self.0.is_empty() { Err(Refusal::of(T::FIELD, Code::Required)) } else { Ok(self) }
    }
}

impl<T> Deref for List<T> {
    type Target = [T];
    fn deref(&self) -> &[T] {
        &self.0
    }
}
