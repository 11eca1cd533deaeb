//! The statements of a table of work, written out of one text for every such table.

use crate::db::Statement;

/// A table of work. Every one of them has these columns beside its own:
///
/// - `id`;
/// - `due_at`: when there is something to do; null when there is nothing any more (index `…_due`);
/// - `claimed_until`: null, or how long the row is somebody's;
/// - `attempts`: how many were begun since it was last made due;
/// - `parked_at`: null, or since when it waits for a person;
/// - `error`: why the last attempt failed.
///
/// Made by [`table!`].
#[derive(Clone, Copy, Debug)]
pub(crate) struct Table {
    pub(crate) name: &'static str,
    pub(crate) due: Statement,
    pub(crate) claim: Statement,
    pub(crate) postpone: Statement,
    pub(crate) park: Statement,
    pub(crate) release_sqlite: Statement,
    pub(crate) release_postgres: Statement,
    pub(crate) hurry: Statement,
}

/// Declares the [`Table`] of this name and registers its statements: the column that its lanes are told by, and the
/// columns that an attempt needs.
macro_rules! table {
    ($visibility:vis $table:ident = $name:literal, $lane:literal, $columns:literal) => {
        $visibility const $table: $crate::queue::Table = {
            use $crate::db::statement;
            statement!(DUE = concat!(
                "select id, ",
                $lane,
                " as lane, attempts from ",
                $name,
                " where due_at <= $1 and (claimed_until is null or claimed_until <= $1) order by due_at limit $2"
            ));
            statement!(CLAIM = concat!(
                "update ",
                $name,
                " set claimed_until = $1, attempts = attempts + 1",
                " where id = $3 and due_at <= $2 and (claimed_until is null or claimed_until <= $2)",
                " returning id, claimed_until, attempts, ",
                $columns
            ));
            statement!(POSTPONE = concat!(
                "update ",
                $name,
                " set due_at = $3, claimed_until = null, attempts = $4, error = $5",
                " where id = $1 and claimed_until = $2"
            ));
            statement!(PARK = concat!(
                "update ",
                $name,
                " set due_at = null, claimed_until = null, parked_at = $3, error = $4",
                " where id = $1 and claimed_until = $2"
            ));
            statement!(RELEASE_SQLITE for Sqlite = concat!(
                "update ",
                $name,
                " set claimed_until = null where due_at is not null and claimed_until is not null"
            ));
            statement!(RELEASE_POSTGRES for Postgres = concat!(
                "update ",
                $name,
                " set claimed_until = null where due_at is not null and claimed_until > $1"
            ));
            statement!(HURRY = concat!("update ", $name, " set due_at = $1 where due_at > $2"));
            $crate::queue::Table {
                name: $name,
                due: DUE,
                claim: CLAIM,
                postpone: POSTPONE,
                park: PARK,
                release_sqlite: RELEASE_SQLITE,
                release_postgres: RELEASE_POSTGRES,
                hurry: HURRY,
            }
        };
    };
}

pub(crate) use table;
