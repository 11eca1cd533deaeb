//! The statements of a table of work, written out of one text for every such table.

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
    pub(crate) due: &'static str,
    pub(crate) claim_sqlite: &'static str,
    pub(crate) claim_postgres: &'static str,
    pub(crate) postpone: &'static str,
    pub(crate) park: &'static str,
    pub(crate) release: &'static str,
}

/// The [`Table`] of this name; the columns are those that an attempt needs.
macro_rules! table {
    ($name:literal, $columns:literal) => {
        $crate::queue::Table {
            name: $name,
            due: concat!(
                "select count(*) from (select 1 from ",
                $name,
                " where due_at <= $1 and (claimed_until is null or claimed_until <= $1) limit 1) due"
            ),
            claim_sqlite: $crate::queue::table!(claim $name, $columns, ""),
            claim_postgres: $crate::queue::table!(claim $name, $columns, " for update skip locked"),
            postpone: concat!(
                "update ",
                $name,
                " set due_at = $3, claimed_until = null, attempts = $4, error = $5",
                " where id = $1 and claimed_until = $2"
            ),
            park: concat!(
                "update ",
                $name,
                " set due_at = null, claimed_until = null, parked_at = $3, error = $4",
                " where id = $1 and claimed_until = $2"
            ),
            release: concat!(
                "update ",
                $name,
                " set claimed_until = null where claimed_until is not null"
            ),
        }
    };
    (claim $name:literal, $columns:literal, $lock:literal) => {
        concat!(
            "update ",
            $name,
            " set claimed_until = $1, attempts = attempts + 1",
            " where id in (select id from ",
            $name,
            " where due_at <= $2 and (claimed_until is null or claimed_until <= $2)",
            " order by due_at limit $3",
            $lock,
            ") returning id, claimed_until, attempts, ",
            $columns
        )
    };
}

pub(crate) use table;
