//! The two engines that tests run on. The tests of every crate take this file in by its path.
//!
//! SQLite is always there. PostgreSQL is where `AYUDA_TEST_POSTGRES` is the URL of a server on which databases can
//! be made. `cargo xtask test` starts one and sets `AYUDA_TEST_ENGINES=both`: then an absent URL is a failure.
//! Without that, what is left out is said.

use std::{
    env, fs,
    io::{self, BufRead, BufReader, Write},
    path::PathBuf,
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    sync::{
        Mutex,
        atomic::{AtomicU32, Ordering},
    },
    thread,
};

/// Where a test's data is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    Sqlite,
    Postgres,
}

impl Engine {
    /// Whether this run has it.
    pub fn is_here(self) -> bool {
        self == Self::Sqlite || server().is_some()
    }
}

/// The URL of the PostgreSQL server.
fn server() -> Option<String> {
    let url = env::var("AYUDA_TEST_POSTGRES").ok();
    if url.is_none() {
        let both = env::var("AYUDA_TEST_ENGINES").is_ok_and(|engines| engines == "both");
        assert!(!both, "AYUDA_TEST_ENGINES=both needs AYUDA_TEST_POSTGRES");
        let thread = thread::current();
        let test = thread.name().unwrap_or("a test");
        // Written past the harness, which keeps back what a test that passes prints.
        let said = format!("skipped on PostgreSQL, AYUDA_TEST_POSTGRES is not set: {test}\n");
        let _ = io::stderr().write_all(said.as_bytes());
    }
    url
}

/// A PostgreSQL database of one test's own. It goes when this is dropped, also by a test that fails.
pub struct Database {
    pub url: String,
    server: String,
    name: String,
}

impl Database {
    /// A new, empty one; none for SQLite, whose database is a file in the test's folder.
    pub fn new(engine: Engine) -> Option<Self> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        if engine == Engine::Sqlite {
            return None;
        }
        let server = server().expect("PostgreSQL: ask Engine::is_here first");
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("ayuda_test_{}_{number}", std::process::id());
        let (authority, query) = server.split_once('?').unwrap_or((&server, ""));
        let (scheme, rest) = authority.split_once("://").expect("a URL");
        let host = rest.split('/').next().unwrap_or_default();
        let url = format!("{scheme}://{host}/{name}?{query}");
        // A run that was killed may have left one of that name.
        let make = format!("drop database if exists {name};\ncreate database {name}");
        Psql::run(&server, &make).expect("psql makes a database");
        Some(Self { url, server, name })
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        // By force: a test that failed has left its connections open.
        let dropped = Psql::run(&self.server, &format!("drop database {} with (force)", self.name));
        // A second panic would end the whole run.
        assert!(dropped.is_ok() || thread::panicking(), "{}: {dropped:?}", self.name);
    }
}

/// PostgreSQL's own client, waiting for statements: crates without SQL need no library for two of them, it knows
/// every way of signing in, and starting one takes longer than what it does.
struct Psql {
    statements: ChildStdin,
    answers: BufReader<ChildStdout>,
    _process: Child,
}

impl Psql {
    /// Runs statements. What is wrong with them is on standard error.
    fn run(server: &str, statement: &str) -> io::Result<()> {
        /// Those that nobody uses; each ends with this process, at the end of its input.
        static FREE: Mutex<Vec<Psql>> = Mutex::new(Vec::new());
        let free = FREE.lock().expect("no panic while it is held").pop();
        let mut psql = free.unwrap_or_else(|| Self::start(server));
        writeln!(psql.statements, "{statement};\n\\echo done")?;
        let mut answer = String::new();
        while answer.trim() != "done" {
            answer.clear();
            if psql.answers.read_line(&mut answer)? == 0 {
                return Err(io::Error::other(format!("psql ended at: {statement}")));
            }
        }
        FREE.lock().expect("no panic while it is held").push(psql);
        Ok(())
    }

    fn start(server: &str) -> Self {
        let mut process = Command::new(find_psql())
            .args(["--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--dbname", server])
            // Whether something was there to drop is no news.
            .env("PGOPTIONS", "-c client_min_messages=warning")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("psql, of the package postgresql-client, is needed beside AYUDA_TEST_POSTGRES");
        let statements = process.stdin.take().expect("a pipe");
        let answers = BufReader::new(process.stdout.take().expect("a pipe"));
        Self { statements, answers, _process: process }
    }
}

/// The one on the `PATH`, else the newest of Debian's, which keeps them off it.
pub fn find_psql() -> PathBuf {
    let on_path = env::split_paths(&env::var_os("PATH").unwrap_or_default())
        .map(|folder| folder.join("psql"))
        .find(|file| file.is_file());
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let of_debian =
        versions.map(|version| version.path().join("bin/psql")).filter(|file| file.is_file());
    on_path.or_else(|| of_debian.max()).unwrap_or_else(|| "psql".into())
}
