//! The two engines. SQLite always; PostgreSQL when `AYUDA_TEST_POSTGRES` is the URL of a server where databases can be made;
//! with `AYUDA_TEST_ENGINES=both` an absent URL is a failure.

use std::{
    path::PathBuf,
    process::Command,
    sync::atomic::{AtomicU32, Ordering},
};

/// Where a test's data is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    Sqlite,
    Postgres,
}

/// Those that this run has.
pub fn engines() -> Vec<Engine> {
    let postgres = std::env::var("AYUDA_TEST_POSTGRES").is_ok();
    let both = std::env::var("AYUDA_TEST_ENGINES").is_ok_and(|engines| engines == "both");
    assert!(postgres || !both, "AYUDA_TEST_ENGINES=both needs AYUDA_TEST_POSTGRES");
    if postgres { vec![Engine::Sqlite, Engine::Postgres] } else { vec![Engine::Sqlite] }
}

/// A new, empty database; none for SQLite, which has its own in the data folder.
pub fn new_database(engine: Engine) -> Option<String> {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    if engine == Engine::Sqlite {
        return None;
    }
    let url = std::env::var("AYUDA_TEST_POSTGRES").expect("engines() looked");
    let number = COUNT.fetch_add(1, Ordering::Relaxed);
    let name = format!("ayuda_server_{}_{number}", std::process::id());
    psql(&url, &format!("drop database if exists {name}"));
    psql(&url, &format!("create database {name}"));
    Some(url_of(&url, &name))
}

/// The URL of another database on the same server.
fn url_of(server: &str, database: &str) -> String {
    let (address, query) = server.split_once('?').unwrap_or((server, ""));
    let (scheme, rest) = address.split_once("://").expect("a URL");
    let authority = rest.split('/').next().unwrap_or_default();
    let query = if query.is_empty() { String::new() } else { format!("?{query}") };
    format!("{scheme}://{authority}/{database}{query}")
}

/// Runs one statement with PostgreSQL's own client: this crate has no SQL, and `psql` knows every way of signing in.
fn psql(url: &str, statement: &str) {
    let status = Command::new(find_psql())
        .args(["--no-psqlrc", "--quiet", "--command", statement, url])
        // Whether something was there to drop is no news.
        .env("PGOPTIONS", "-c client_min_messages=warning")
        .status()
        .expect("psql, of the package postgresql-client, is needed beside AYUDA_TEST_POSTGRES");
    assert!(status.success(), "psql: {statement}");
}

/// The one on the `PATH`, else the newest of Debian's, which keeps them off it.
fn find_psql() -> PathBuf {
    let on_path = std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default())
        .map(|folder| folder.join("psql"))
        .find(|file| file.is_file());
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let of_debian =
        versions.map(|version| version.path().join("bin/psql")).filter(|file| file.is_file());
    on_path.or_else(|| of_debian.max()).unwrap_or_else(|| "psql".into())
}
