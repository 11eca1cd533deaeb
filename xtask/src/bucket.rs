//! A server that speaks S3 for the time of a run: moto, in memory, on a port of this machine.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::{install, run};

/// A server to make buckets on. One that was started here is stopped when this is dropped.
pub struct Buckets {
    url: String,
    _running: Option<Running>,
}

struct Running(Child);

impl Buckets {
    /// The one that `AYUDA_TEST_S3` names, else one that is started.
    pub fn for_tests() -> Result<Self> {
        match std::env::var("AYUDA_TEST_S3") {
            Ok(url) => Ok(Self { url, _running: None }),
            Err(_) => Self::start(),
        }
    }

    fn start() -> Result<Self> {
        let program = install::moto()?;
        run::announce("Starting a server for S3 of our own, in memory");
        let mut server = Command::new(program)
            .args(["-H", "127.0.0.1", "-p", "0"])
            .env("PYTHONUNBUFFERED", "1")
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .context("moto_server cannot be started")?;
        let mut said = BufReader::new(server.stderr.take().expect("standard error is a pipe"));
        let running = Running(server);
        let url = address(&mut said)?;
        // It logs every request; a pipe that nobody reads would hold it up.
        std::thread::spawn(move || std::io::copy(&mut said, &mut std::io::sink()));
        Ok(Self { url, _running: Some(running) })
    }

    /// The endpoint.
    pub fn url(&self) -> &str {
        &self.url
    }
}

/// Where it listens, from what it says at its start.
fn address(said: &mut impl BufRead) -> Result<String> {
    let mut all = String::new();
    loop {
        let begin = all.len();
        if said.read_line(&mut all)? == 0 {
            bail!("moto_server did not start: {all}");
        }
        if let Some(at) = all[begin..].find("http://") {
            let url = all[begin + at..].split(|c: char| c.is_whitespace() || c == '\u{1b}').next();
            return Ok(url.unwrap_or_default().trim_end_matches('/').to_owned());
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[cfg(test)]
mod tests {
    use super::address;

    #[test]
    fn the_address_is_read_from_what_the_server_says() {
        let said = "WARNING: a development server\n * Running on http://127.0.0.1:41467\nmore\n";
        assert_eq!(address(&mut said.as_bytes()).unwrap(), "http://127.0.0.1:41467");
        assert!(address(&mut "no module\n".as_bytes()).is_err());
    }
}
