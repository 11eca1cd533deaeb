//! The schema, brought up to date when a desk is opened.

use crate::{OpenError, db::Db};
use sqlx::{
    SqlStr,
    migrate::{Migration, MigrationType, Migrator},
};
use std::borrow::Cow;

/// Version, name, SQLite's and PostgreSQL's text: a pair of files with the same name. A released pair is never edited.
const MIGRATIONS: [(i64, &str, &str, &str); 1] = [(
    1,
    "first",
    include_str!("../../../migrations/sqlite/0001_first.sql"),
    include_str!("../../../migrations/postgres/0001_first.sql"),
)];

/// Applies what is missing. A database that a newer version has migrated is refused: `MigrateError::VersionMissing`.
pub(crate) async fn migrate(db: &Db) -> Result<(), OpenError> {
    match db {
        Db::Sqlite { write, .. } => migrator(|(_, _, sqlite, _)| sqlite).run(write).await?,
        Db::Postgres(pool) => migrator(|(_, _, _, postgres)| postgres).run(pool).await?,
    }
    Ok(())
}

fn migrator(text: fn((i64, &'static str, &'static str, &'static str)) -> &'static str) -> Migrator {
    let migrations = MIGRATIONS
        .iter()
        .map(|&row| {
            Migration::new(
                row.0,
                Cow::Borrowed(row.1),
                MigrationType::Simple,
                SqlStr::from_static(text(row)),
                false,
            )
        })
        .collect();
    Migrator { migrations: Cow::Owned(migrations), ..Migrator::DEFAULT }
}
