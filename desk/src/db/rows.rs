//! Statements that take many rows at once, in sizes of powers of two, so that few texts serve every batch and each is
//! prepared once. A batch between two sizes repeats its last row: every such statement must take a row twice as once.

use super::{Conn, Db, Statement, Tx};
use std::{fmt::Write, sync::OnceLock};

/// The most rows of one statement: SQLite takes 32 766 values and PostgreSQL 65 535, and the widest row has 18.
pub(crate) const MAX_ROWS: usize = 512;
/// 1, 2, 4, … 512.
const SIZES: usize = 10;

/// A statement with a list of rows in its middle. Made by [`super::rows!`], which registers it.
pub(crate) struct Rows {
    before: &'static str,
    /// One row, with `?` for each value, and PostgreSQL's type behind it where the statement itself does not tell it:
    /// `?uuid`.
    row: &'static str,
    after: &'static str,
    sqlite: [OnceLock<String>; SIZES],
    postgres: [OnceLock<String>; SIZES],
}

impl Rows {
    pub(crate) const fn new(before: &'static str, row: &'static str, after: &'static str) -> Self {
        Self {
            before,
            row,
            after,
            sqlite: [const { OnceLock::new() }; SIZES],
            postgres: [const { OnceLock::new() }; SIZES],
        }
    }

    /// The text for at least so many rows, and for how many it is.
    pub(crate) fn text(&'static self, tx: &Tx, rows: usize) -> (Statement, usize) {
        match tx.conn {
            Conn::Sqlite(_) => self.sqlite_text(rows),
            Conn::Postgres(_) => self.postgres_text(rows),
        }
    }

    /// The same for reading through the pool.
    pub(crate) fn text_to_read(&'static self, db: &Db, rows: usize) -> (Statement, usize) {
        self.sized(
            if db.is_postgres() { &self.postgres } else { &self.sqlite },
            rows,
            db.is_postgres(),
        )
    }

    /// The same without a transaction, as SQLite reads it.
    pub(crate) fn sqlite_text(&'static self, rows: usize) -> (Statement, usize) {
        // SQLite searches its list of names for each `$n` that is bound: with thousands that is most of the time there
        // is. A bare `?` has no name.
        self.sized(&self.sqlite, rows, false)
    }

    /// The same as PostgreSQL reads it.
    pub(crate) fn postgres_text(&'static self, rows: usize) -> (Statement, usize) {
        self.sized(&self.postgres, rows, true)
    }

    fn sized(
        &self,
        texts: &'static [OnceLock<String>; SIZES],
        rows: usize,
        numbered: bool,
    ) -> (Statement, usize) {
        assert!((1..=MAX_ROWS).contains(&rows), "a batch has 1 to {MAX_ROWS} rows");
        let size = rows.next_power_of_two();
        let text = &texts[size.trailing_zeros() as usize];
        (Statement::registered(text.get_or_init(|| self.write(size, numbered))), size)
    }

    /// Its smallest size for one engine, for the test that prepares every statement.
    #[cfg(test)]
    pub(super) fn smallest(&'static self, postgres: bool) -> Statement {
        let texts = if postgres { &self.postgres } else { &self.sqlite };
        self.sized(texts, 1, postgres).0
    }

    /// Each of `rows` once and the last as often as it takes to fill a size.
    pub(crate) fn filled<T>(rows: &[T], size: usize) -> impl Iterator<Item = &T> {
        let last = rows.last().into_iter();
        rows.iter().chain(last.cycle()).take(size)
    }

    fn write(&self, size: usize, numbered: bool) -> String {
        let mut text = self.before.to_owned();
        let mut n = 0;
        for row in 0..size {
            text.push_str(if row == 0 { "(" } else { ", (" });
            let mut places = self.row.split('?');
            text.push_str(places.next().unwrap_or_default());
            for place in places {
                let (kind, rest) =
                    place.split_at(place.find([',', ' ', ')']).unwrap_or(place.len()));
                if numbered {
                    n += 1;
                    let cast = if kind.is_empty() { "" } else { "::" };
                    write!(text, "${n}{cast}{kind}").expect("a string takes everything");
                } else {
                    text.push('?');
                }
                text.push_str(rest);
            }
            text.push(')');
        }
        text.push_str(self.after);
        text
    }
}

/// Declares a statement with a list of rows in its middle: what stands before it, one row with `?` for each value, what
/// stands after it.
macro_rules! rows {
    ($visibility:vis $name:ident = $before:expr, $row:expr, $after:expr) => {
        $crate::db::rows!($visibility $name [None] = $before, $row, $after);
    };
    ($visibility:vis $name:ident for $engine:ident = $before:expr, $row:expr, $after:expr) => {
        $crate::db::rows!(
            $visibility $name [Some($crate::db::registry::Engine::$engine)] = $before, $row, $after
        );
    };
    ($visibility:vis $name:ident [$engine:expr] = $before:expr, $row:expr, $after:expr) => {
        $visibility static $name: $crate::db::Rows = $crate::db::Rows::new($before, $row, $after);
        #[cfg(test)]
        inventory::submit! {
            $crate::db::registry::Registered {
                name: stringify!($name),
                place: concat!(file!(), ":", line!()),
                engine: $engine,
                sql: $crate::db::registry::Sql::Rows(&$name),
            }
        }
    };
}

pub(crate) use rows;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_repeats_its_row_with_places_as_each_engine_reads_them() {
        let rows = Rows::new("insert into t values ", "?, ?uuid, 'x'", " on conflict do nothing");
        let text =
            "insert into t values ($1, $2::uuid, 'x'), ($3, $4::uuid, 'x') on conflict do nothing";
        assert_eq!(rows.write(2, true), text);
        let text = "insert into t values (?, ?, 'x'), (?, ?, 'x') on conflict do nothing";
        assert_eq!(rows.write(2, false), text);
        assert_eq!(Rows::filled(&[1, 2, 3], 4).collect::<Vec<_>>(), [&1, &2, &3, &3]);
    }
}
