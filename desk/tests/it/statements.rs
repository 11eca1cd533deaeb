//! Every statement in the source is one that both engines understand.

use crate::world::{Database, Engine, options};
use desk::Desk;
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, SqlSafeStr, SqliteConnection};
use std::{fs, path::Path};

/// A `const` of the source that holds a statement.
#[derive(Debug)]
struct Statement {
    name: String,
    file: String,
    sql: String,
}

#[tokio::test]
async fn every_statement_prepares_on_both_engines() {
    let statements = statements();
    assert!(statements.len() > 60, "found only {}", statements.len());
    let folder = tempfile::tempdir().unwrap();
    Desk::open(options(folder.path(), None)).await.unwrap().close().await;
    let url = format!("sqlite:{}", folder.path().join("ayuda.db").display());
    let mut small = SqliteConnection::connect(&url).await.unwrap();
    let mut wrong = Vec::new();
    for statement in statements.iter().filter(|statement| !statement.is_for("POSTGRES")) {
        let sql = AssertSqlSafe(statement.sql.clone()).into_sql_str();
        if let Err(error) = small.prepare(sql).await {
            wrong.push(format!("SQLite, {} {}: {error}", statement.file, statement.name));
        }
    }
    if Engine::Postgres.is_here() {
        let database = Database::new(Engine::Postgres).unwrap();
        let options = options(folder.path(), Some(database.url.clone()));
        Desk::open(options).await.unwrap().close().await;
        let mut large = PgConnection::connect(&database.url).await.unwrap();
        for statement in statements.iter().filter(|statement| !statement.is_for("SQLITE")) {
            let sql = AssertSqlSafe(statement.sql.clone()).into_sql_str();
            if let Err(error) = large.prepare(sql).await {
                wrong.push(format!("PostgreSQL, {} {}: {error}", statement.file, statement.name));
            }
        }
        large.close().await.unwrap();
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

impl Statement {
    /// One of a pair, or a statement that is only run on that engine.
    fn is_for(&self, engine: &str) -> bool {
        self.name.ends_with(engine) || (engine == "POSTGRES" && self.sql.contains("pg_"))
    }
}

/// Those made of one literal; those made of several, or of many rows, are run by the other tests.
fn statements() -> Vec<Statement> {
    let mut found = Vec::new();
    read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut found);
    found
}

fn read(folder: &Path, found: &mut Vec<Statement>) {
    for item in fs::read_dir(folder).unwrap() {
        let path = item.unwrap().path();
        if path.is_dir() {
            read(&path, found);
        } else if path.extension().is_some_and(|end| end == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            let file = path.file_name().unwrap().to_string_lossy().into_owned();
            for part in text.split("const ").skip(1) {
                let Some((name, rest)) = part.split_once(": &str =") else { continue };
                let Some(literal) = rest.trim_start().strip_prefix('"') else { continue };
                let sql = literal_text(literal);
                let verb = sql.trim_start().split(' ').next().unwrap_or_default().to_owned();
                if ["select", "insert", "update", "delete", "with"].contains(&verb.as_str()) {
                    found.push(Statement { name: name.to_owned(), file: file.clone(), sql });
                }
            }
        }
    }
}

/// The text of a string literal after its opening quote.
fn literal_text(literal: &str) -> String {
    let mut text = String::new();
    let mut rest = literal.chars().peekable();
    while let Some(character) = rest.next() {
        match character {
            '"' => break,
            '\\' => match rest.next() {
                Some('\n') => while rest.next_if(|c| c.is_whitespace()).is_some() {},
                Some(escaped) => text.push(escaped),
                None => break,
            },
            character => text.push(character),
        }
    }
    text
}
