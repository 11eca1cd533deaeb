//! How much an index leaves to read.

use std::collections::HashMap;

/// An index of a growing table.
pub(super) struct Index {
    pub(super) table: String,
    pub(super) columns: Vec<String>,
    /// The condition of a partial one.
    pub(super) condition: Option<String>,
    pub(super) is_unique: bool,
}

/// The indexes of a database by name, and what was counted of them.
pub(super) struct Indexes {
    pub(super) all: HashMap<String, Index>,
    counted: HashMap<(String, usize), i64>,
}

impl Indexes {
    pub(super) fn new(all: HashMap<String, Index>) -> Self {
        Self { all, counted: HashMap::new() }
    }

    /// The statement that counts the rows of the largest group in which the first `given` columns are the same; none
    /// when that is known.
    pub(super) fn uncounted(&self, name: &str, given: usize) -> Option<String> {
        let index = self.all.get(name)?;
        if index.is_one_row(given) || self.counted.contains_key(&(name.to_owned(), given)) {
            return None;
        }
        let condition = index.condition.as_deref().unwrap_or("true");
        let groups = match given {
            0 => String::new(),
            given => format!("group by {}", index.columns[..given].join(", ")),
        };
        let table = &index.table;
        Some(format!(
            "select coalesce(max(n), 0) from (select count(*) as n from {table} where {condition} {groups}) counted"
        ))
    }

    pub(super) fn note(&mut self, name: &str, given: usize, rows: i64) {
        self.counted.insert((name.to_owned(), given), rows);
    }

    /// At most so many rows have the same first `given` columns.
    pub(super) fn rows(&self, name: &str, given: usize) -> i64 {
        if self.all[name].is_one_row(given) {
            return 1;
        }
        self.counted[&(name.to_owned(), given)]
    }
}

impl Index {
    fn is_one_row(&self, given: usize) -> bool {
        self.is_unique && given == self.columns.len()
    }
}
