//! The schema, brought up to date when a desk is opened.

use super::pool::{Db, connect_directly};
use crate::OpenError;
use sqlx::{
    Connection, SqlStr,
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
///
/// On PostgreSQL that happens on a connection to `direct_url`: two nodes that start at once wait for each other by a
/// lock of the session, which a pooler would leave with anybody.
pub(crate) async fn migrate(db: &Db, direct_url: &str) -> Result<(), OpenError> {
    match db {
        Db::Sqlite { write, .. } => migrator(|(_, _, sqlite, _)| sqlite).run(write).await?,
        Db::Postgres(_) => {
            let mut connection = connect_directly(direct_url).await?;
            migrator(|(_, _, _, postgres)| postgres).run(&mut connection).await?;
            let _ = connection.close().await;
        }
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
