//! A PostgreSQL server for the time of a run: its own folder, a socket and no port.

use std::fs;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Result, bail};
use tempfile::TempDir;

use crate::{install, run};

/// A server to make databases on. One that was started here is stopped and removed when this is dropped.
pub struct Postgres {
    url: String,
    _running: Option<Running>,
}

struct Running {
    bin: PathBuf,
    dir: TempDir,
    server: Child,
}

impl Postgres {
    /// The one that `AYUDA_TEST_POSTGRES` names, else one that is started without fsync: a power cut may lose its data.
    pub fn for_tests() -> Result<Self> {
        match std::env::var("AYUDA_TEST_POSTGRES") {
            Ok(url) => Ok(Self { url, _running: None }),
            Err(_) => Self::start(&["fsync=off"]),
        }
    }

    /// One with fsync, as people run it.
    pub fn durable() -> Result<Self> {
        Self::start(&[])
    }

    fn start(more: &[&str]) -> Result<Self> {
        let bin = install::postgres()?;
        run::announce("Starting a PostgreSQL of our own, in a temporary folder");
        let dir = tempfile::Builder::new().prefix("ayuda-postgres-").tempdir()?;
        if install::is_root() {
            // PostgreSQL refuses to run as root; the package brings a user for it.
            run::run(Command::new("chown").arg("postgres").arg(dir.path()))?;
        }
        let data = dir.path().join("data");
        let initdb =
            ["--auth=trust", "--username=ayuda", "--no-sync", "--encoding=UTF8", "--locale=C"];
        run::run(program(&bin, "initdb").args(initdb).arg("-D").arg(&data).stdout(Stdio::null()))?;
        let log = fs::File::create(dir.path().join("log"))?;
        let settings = ["listen_addresses=", "max_connections=300"];
        let server = program(&bin, "postgres")
            .arg("-D")
            .arg(&data)
            .arg("-k")
            .arg(dir.path())
            .args(settings.iter().chain(more).flat_map(|setting| ["-c", setting]))
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()?;
        let url = format!("postgres://ayuda@localhost/postgres?host={}", dir.path().display());
        let mut running = Running { bin, dir, server };
        running.wait()?;
        Ok(Self { url, _running: Some(running) })
    }

    /// The URL of a database from which others can be created.
    pub fn url(&self) -> &str {
        &self.url
    }
}

impl Running {
    fn wait(&mut self) -> Result<()> {
        for _ in 0..100 {
            let mut ready = program(&self.bin, "pg_isready");
            ready.arg("--quiet").arg("-h").arg(self.dir.path());
            if ready.status()?.success() {
                return Ok(());
            }
            if self.server.try_wait()?.is_some() {
                break;
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        bail!("PostgreSQL did not start: {}", fs::read_to_string(self.dir.path().join("log"))?)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let mut stop = program(&self.bin, "pg_ctl");
        stop.args(["stop", "--silent", "--mode=immediate", "-D"]).arg(self.dir.path().join("data"));
        let _ = stop.status();
        let _ = self.server.wait();
    }
}

/// One of PostgreSQL's programs, as its own user when we are root.
fn program(bin: &std::path::Path, name: &str) -> Command {
    let path = bin.join(name);
    let mut command = if install::is_root() {
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
