//! Statements, registered where they are written: in the tests every one of them is known, so that each is prepared on
//! both engines.

use sqlx::{SqlSafeStr, SqlStr};
use std::fmt;

/// A statement of SQL. Made by [`statement!`] or, for many rows at once, by `rows!`; nothing else is handed to sqlx.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Statement(&'static str);

impl Statement {
    /// For the macros alone: whoever calls it registers the statement.
    pub(crate) const fn registered(sql: &'static str) -> Self {
        Self(sql)
    }
}

impl SqlSafeStr for Statement {
    fn into_sql_str(self) -> SqlStr {
        self.0.into_sql_str()
    }
}

impl fmt::Display for Statement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

/// Declares a statement that both engines understand, with `$1` for what is bound: `statement!(FIND = "select …");`.
/// One of a pair, or one that a single engine ever runs, says so: `statement!(FIND_POSTGRES for Postgres = "…");`.
macro_rules! statement {
    ($visibility:vis $name:ident = $sql:expr) => {
        $visibility const $name: $crate::db::Statement = $crate::db::Statement::registered($sql);
        $crate::db::register!($name, None, $name);
    };
    ($visibility:vis $name:ident for $engine:ident = $sql:expr) => {
        $visibility const $name: $crate::db::Statement = $crate::db::Statement::registered($sql);
        $crate::db::register!($name, Some($crate::db::registry::Engine::$engine), $name);
    };
}

/// Makes a statement known to the tests.
macro_rules! register {
    ($name:ident, $engine:expr, $statement:expr) => {
        #[cfg(test)]
        inventory::submit! {
            $crate::db::registry::Registered {
                name: stringify!($name),
                place: concat!(file!(), ":", line!()),
                engine: $engine,
                sql: $crate::db::registry::Sql::One($statement),
            }
        }
    };
}

/// The instant by PostgreSQL's own clock, in milliseconds: by it go leases, so that it does not matter what the nodes'
/// clocks say.
macro_rules! postgres_now {
    () => {
        "(extract(epoch from clock_timestamp()) * 1000)::bigint"
    };
}

pub(crate) use {postgres_now, register, statement};
