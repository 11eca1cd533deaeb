//! The panel's document as a real server sends it, on a port and data of its own.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail};

use super::Document;
use crate::assets::pack;
use crate::{build, paths, run};

/// Starts the demonstration and asks for its panel.
pub fn measure() -> Result<Document> {
    build::server(false)?;
    let data = tempfile::tempdir()?;
    let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
    let ayuda = |command: &str| {
        let mut ayuda = Command::new(paths::ayuda("debug"));
        ayuda
            .arg(command)
            .env("AYUDA_DATA_DIR", data.path())
            .env("AYUDA_LISTEN", format!("127.0.0.1:{port}"))
            .env("AYUDA_PUBLIC_URL", format!("http://localhost:{port}"))
            .env("AYUDA_LOG", "error")
            .env_remove("AYUDA_DATABASE_URL")
            .current_dir(data.path())
            .stdout(Stdio::null());
        ayuda
    };
    run::run(&mut ayuda("demo"))?;
    let sites = run::output(ayuda("site").arg("list").stdout(Stdio::piped()))?;
    let site = sites.split_whitespace().next().context("the demonstration has no site")?;
    let _server = RunningServer(ayuda("serve").spawn()?);
    let body = get(port, &format!("/w/{site}?embed=1&lang=es"))?;
    Ok(Document {
        bytes: body.len() as u64,
        gzip: pack::gzip(&body)?.len() as u64,
        brotli: pack::brotli(&body)?.len() as u64,
    })
}

/// A server that is stopped when this is dropped.
struct RunningServer(Child);

impl Drop for RunningServer {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A plain GET; waits for the server to listen.
fn get(port: u16, path: &str) -> Result<Vec<u8>> {
    let mut stream = None;
    for _ in 0..200 {
        stream = TcpStream::connect(("127.0.0.1", port)).ok();
        if stream.is_some() {
            break;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    let mut stream = stream.context("the server did not start to listen")?;
    write!(stream, "GET {path} HTTP/1.0\r\nHost: localhost:{port}\r\n\r\n")?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n").context("no HTTP answer")?;
    if !answer.starts_with(b"HTTP/1.0 200") && !answer.starts_with(b"HTTP/1.1 200") {
        bail!("{path}: {}", String::from_utf8_lossy(&answer[..end]));
    }
    Ok(answer.split_off(end + 4))
}
