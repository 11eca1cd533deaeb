//! A PostgreSQL server for the time of a run: its own folder, a socket and no port. `cargo xtask` and the tests of
//! several nodes take this file in by its path.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread::sleep,
    time::Duration,
};

use anyhow::{Context, Result, bail};
use tempfile::TempDir;

/// A running server. It is stopped and its folder removed when this is dropped, also by a test that fails.
pub struct PostgresServer {
    programs: PathBuf,
    dir: TempDir,
    settings: Vec<String>,
    server: Child,
}

/// How a server is stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// Its connections are ended in order.
    Fast,
    /// As when it crashes: it recovers at its next start.
    Immediate,
}

impl PostgresServer {
    /// A new one; `settings` are of `postgresql.conf`, such as `fsync=off`.
    pub fn start(programs: PathBuf, settings: &[&str]) -> Result<Self> {
        let dir = tempfile::Builder::new().prefix("ayuda-postgres-").tempdir()?;
        if is_root() {
            // PostgreSQL refuses to run as root; the package brings a user for it.
            run(Command::new("chown").arg("postgres").arg(dir.path()))?;
        }
        let initdb =
            ["--auth=trust", "--username=ayuda", "--no-sync", "--encoding=UTF8", "--locale=C"];
        run(program(&programs, "initdb")
            .args(initdb)
            .arg("-D")
            .arg(dir.path().join("data"))
            .stdout(Stdio::null()))?;
        let settings: Vec<String> = ["listen_addresses=", "max_connections=300"]
            .iter()
            .chain(settings)
            .map(|setting| (*setting).to_owned())
            .collect();
        let server = spawn(&programs, &dir, &settings)?;
        let mut started = Self { programs, dir, settings, server };
        started.wait()?;
        Ok(started)
    }

    /// The URL of a database from which others can be created.
    pub fn url(&self) -> String {
        let (port, folder) = (self.port(), self.dir.path().display());
        format!("postgres://ayuda@localhost:{port}/postgres?host={folder}")
    }

    /// Under which its socket is, and its door where one is opened.
    fn port(&self) -> &str {
        let set = self.settings.iter().rev().find_map(|setting| setting.strip_prefix("port="));
        set.unwrap_or("5432")
    }

    /// Stops it and starts it again on the same data.
    pub fn restart(&mut self, how: Stop) -> Result<()> {
        self.stop(how)?;
        self.server = spawn(&self.programs, &self.dir, &self.settings)?;
        self.wait()
    }

    /// The lines of an answer of `psql`, columns separated by `|`.
    pub fn ask(&self, statement: &str) -> Result<Vec<String>> {
        let output = Command::new(self.programs.join("psql"))
            .args(["--no-psqlrc", "--quiet", "--tuples-only", "--no-align"])
            .args(["--set=ON_ERROR_STOP=1", "--dbname", &self.url(), "--command", statement])
            .output()
            .context("psql")?;
        if !output.status.success() {
            bail!("{statement}: {}", String::from_utf8_lossy(&output.stderr));
        }
        Ok(String::from_utf8(output.stdout)?.lines().map(str::to_owned).collect())
    }

    fn stop(&mut self, how: Stop) -> Result<()> {
        let mode = match how {
            Stop::Fast => "--mode=fast",
            Stop::Immediate => "--mode=immediate",
        };
        let mut stop = program(&self.programs, "pg_ctl");
        stop.args(["stop", "--silent", mode, "-D"]).arg(self.dir.path().join("data"));
        run(&mut stop)?;
        self.server.wait()?;
        Ok(())
    }

    /// Until it takes connections.
    fn wait(&mut self) -> Result<()> {
        for _ in 0..300 {
            let mut ready = program(&self.programs, "pg_isready");
            ready.arg("--quiet").arg("-h").arg(self.dir.path()).args(["-p", self.port()]);
            if ready.status()?.success() {
                return Ok(());
            }
            if self.server.try_wait()?.is_some() {
                break;
            }
            sleep(Duration::from_millis(100));
        }
        bail!("PostgreSQL did not start: {}", fs::read_to_string(self.dir.path().join("log"))?)
    }
}

impl Drop for PostgresServer {
    fn drop(&mut self) {
        let _ = self.stop(Stop::Immediate);
    }
}

/// The folder of PostgreSQL's programs, where they are installed.
pub fn find_programs() -> Option<PathBuf> {
    // A link on the PATH leads to the folder where its companions are.
    let on_path = env::split_paths(&env::var_os("PATH")?)
        .map(|folder| folder.join("initdb"))
        .find(|file| file.is_file());
    if let Some(initdb) = on_path.and_then(|found| found.canonicalize().ok()) {
        return initdb.parent().map(PathBuf::from);
    }
    // Debian keeps them off the PATH, one folder a version; the newest will do.
    let mut versions: Vec<PathBuf> = fs::read_dir("/usr/lib/postgresql")
        .ok()?
        .filter_map(|entry| Some(entry.ok()?.path().join("bin")))
        .filter(|bin| bin.join("initdb").is_file())
        .collect();
    versions.sort();
    versions.pop()
}

/// Whether PostgreSQL refuses to run as us.
pub fn is_root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|id| id.stdout.trim_ascii() == b"0")
}

fn spawn(programs: &Path, dir: &TempDir, settings: &[String]) -> Result<Child> {
    let log = fs::File::options().append(true).create(true).open(dir.path().join("log"))?;
    program(programs, "postgres")
        .arg("-D")
        .arg(dir.path().join("data"))
        .arg("-k")
        .arg(dir.path())
        .args(settings.iter().flat_map(|setting| ["-c", setting.as_str()]))
        .stdout(log.try_clone()?)
        .stderr(log)
        .spawn()
        .context("postgres")
}

fn run(command: &mut Command) -> Result<()> {
    let status = command.status().with_context(|| format!("{command:?}"))?;
    if status.success() { Ok(()) } else { bail!("{command:?} failed ({status})") }
}

/// One of PostgreSQL's programs, as its own user when we are root.
fn program(programs: &Path, name: &str) -> Command {
    let path = programs.join(name);
    let mut command = if is_root() {
        let mut command = Command::new("runuser");
        command.args(["-u", "postgres", "--"]).arg(path);
        command
    } else {
        Command::new(path)
    };
    // The user postgres may not be allowed to enter our working directory.
    command.current_dir("/");
    command
}
