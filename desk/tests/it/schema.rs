//! Both schemas are one schema; an older binary keeps its hands off a newer one.

use crate::world::{Database, Engine, options};
use desk::{Desk, OpenError};
use sqlx::{Connection, PgConnection, SqliteConnection};
use std::{collections::BTreeSet, path::Path};

async fn sqlite(folder: &Path) -> SqliteConnection {
    let url = format!("sqlite:{}", folder.join("ayuda.db").display());
    SqliteConnection::connect(&url).await.unwrap()
}

/// Table, column, type, needed.
type Column = (String, String, String, bool);
/// Table, index.
type Index = (String, String);

// The words that are searched lie as each engine wants them.
const SQLITE_COLUMNS: &str = "
    select m.name, p.name, lower(p.type), p.\"notnull\" = 1 or p.pk > 0
    from sqlite_master m
    join pragma_table_info(m.name) p
    where m.type = 'table' and m.name not like 'sqlite_%' and m.name <> '_sqlx_migrations'
      and m.name not like 'search_words%'";
const POSTGRES_COLUMNS: &str = "
    select table_name::text, column_name::text, data_type::text, is_nullable = 'NO'
    from information_schema.columns
    where table_schema = 'public' and table_name not in ('_sqlx_migrations', 'search_words')";
const SQLITE_INDEXES: &str = "
    select tbl_name, name from sqlite_master where type = 'index' and sql is not null";
// SQLite's rows lie in the order of their position.
const POSTGRES_INDEXES: &str = "
    select tablename::text, indexname::text from pg_indexes
    where schemaname = 'public' and indexname not like '%_pkey' and indexname not like '%_key'
    and indexname not in ('entries_position', 'search_words_words')";

#[tokio::test]
async fn both_schemas_have_the_same_tables_columns_and_indexes() {
    if !Engine::Postgres.is_here() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    Desk::open(options(folder.path(), None)).await.unwrap().close().await;
    let mut small = sqlite(folder.path()).await;
    let database = Database::new(Engine::Postgres).unwrap();
    Desk::open(options(folder.path(), Some(database.url.clone()))).await.unwrap().close().await;
    let mut large = PgConnection::connect(&database.url).await.unwrap();

    let here: Vec<Column> = sqlx::query_as(SQLITE_COLUMNS).fetch_all(&mut small).await.unwrap();
    let there: Vec<Column> = sqlx::query_as(POSTGRES_COLUMNS).fetch_all(&mut large).await.unwrap();
    let affinity = |kind: &str| {
        match kind {
            "bigint" | "boolean" => "integer",
            "uuid" | "bytea" => "blob",
            "jsonb" => "text",
            kind => return kind.to_owned(),
        }
        .to_owned()
    };
    let here: BTreeSet<Column> = here.into_iter().collect();
    let there: BTreeSet<Column> = there
        .into_iter()
        .map(|(table, column, kind, needed)| (table, column, affinity(&kind), needed))
        .collect();
    assert!(here.len() > 100);
    assert_eq!(here.difference(&there).collect::<Vec<_>>(), Vec::<&Column>::new());
    assert_eq!(there.difference(&here).collect::<Vec<_>>(), Vec::<&Column>::new());

    let here: Vec<Index> = sqlx::query_as(SQLITE_INDEXES).fetch_all(&mut small).await.unwrap();
    let there: Vec<Index> = sqlx::query_as(POSTGRES_INDEXES).fetch_all(&mut large).await.unwrap();
    assert_eq!(
        here.into_iter().collect::<BTreeSet<_>>(),
        there.into_iter().collect::<BTreeSet<_>>()
    );
    large.close().await.unwrap();
}

#[tokio::test]
async fn a_schema_of_a_newer_version_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    Desk::open(options(folder.path(), None)).await.unwrap().close().await;
    let mut small = sqlite(folder.path()).await;
    sqlx::query(
        "insert into _sqlx_migrations (version, description, success, checksum, execution_time)
         values (9999, 'of tomorrow', true, x'00', 0)",
    )
    .execute(&mut small)
    .await
    .unwrap();
    small.close().await.unwrap();
    match Desk::open(options(folder.path(), None)).await {
        Err(OpenError::Migrate(sqlx::migrate::MigrateError::VersionMissing(9999))) => {}
        Err(other) => panic!("{other:?}"),
        Ok(_) => panic!("opened a newer schema"),
    }
}

#[tokio::test]
async fn a_database_file_keeps_a_log_of_its_writes() {
    let folder = tempfile::tempdir().unwrap();
    let desk = Desk::open(options(folder.path(), None)).await.unwrap();
    let mut small = sqlite(folder.path()).await;
    let (mode,): (String,) =
        sqlx::query_as("pragma journal_mode").fetch_one(&mut small).await.unwrap();
    assert_eq!(mode, "wal");
    desk.close().await;
}

#[tokio::test]
async fn a_desk_is_ready_until_it_is_closed() {
    let folder = tempfile::tempdir().unwrap();
    let desk = Desk::open(options(folder.path(), None)).await.unwrap();
    desk.ready().await.unwrap();
    desk.close().await;
    assert!(desk.ready().await.is_err());
}

#[tokio::test]
async fn a_database_url_of_no_engine_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let opened = Desk::open(options(folder.path(), Some("mysql://x".into()))).await;
    assert!(matches!(opened, Err(OpenError::DatabaseUrl)));
}
