//! One node: a process of the real binary that ends, freezes and starts again at will.

use crate::{
    http::Client,
    wait::{PATIENCE, eventually},
};
use std::{
    fs::File,
    io::Read,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{ExitStatus, Stdio},
    time::Duration,
};
use tokio::{
    process::{Child, Command},
    time::timeout,
};

const ANSWERS_WITHIN: Duration = Duration::from_secs(5);
/// What is shown of a log when a test fails, in bytes.
const SHOWN: usize = 4000;

/// The process goes when this is dropped.
pub struct Node {
    pub address: SocketAddr,
    pub folder: PathBuf,
    /// The id of its row, once it is known.
    pub id: Option<String>,
    /// As environment.
    pub settings: Vec<(&'static str, String)>,
    child: Option<Child>,
}

impl Node {
    /// Not yet started.
    pub fn new(address: SocketAddr, folder: PathBuf) -> Self {
        Self { address, folder, id: None, settings: Vec::new(), child: None }
    }

    /// Starts the process; it need not be ready when this returns.
    pub fn spawn(&mut self) {
        let log = File::options().append(true).create(true).open(self.log()).expect("a log");
        let child = command(&self.folder, &self.settings)
            .arg("serve")
            .stdout(log.try_clone().expect("a log"))
            .stderr(log)
            .kill_on_drop(true)
            .spawn();
        self.child = Some(child.expect("the binary starts"));
    }

    /// Starts it and waits until it serves.
    pub async fn start(&mut self) {
        self.spawn();
        self.ready().await;
    }

    /// Waits until it says that it is ready.
    pub async fn ready(&mut self) {
        eventually("a node that is ready", async || {
            let ended = self.child.as_mut().and_then(|child| child.try_wait().ok()).flatten();
            assert!(ended.is_none(), "a node ended by itself: {ended:?}\n{}", self.end_of_log());
            let reply = timeout(ANSWERS_WITHIN, Client(self.address).get("/readyz").try_send());
            reply.await.ok()?.ok().filter(|reply| reply.status == 200)
        })
        .await;
    }

    /// SIGKILL.
    pub async fn kill(&mut self) {
        let mut child = self.child.take().expect("it runs");
        child.kill().await.expect("it is gone");
    }

    /// SIGTERM; how it ended.
    pub async fn stop(&mut self) -> ExitStatus {
        self.signal("-TERM");
        let mut child = self.child.take().expect("it runs");
        timeout(PATIENCE, child.wait()).await.expect("it ends").expect("a status")
    }

    /// SIGSTOP.
    pub fn freeze(&self) {
        self.signal("-STOP");
    }

    /// SIGCONT.
    pub fn thaw(&self) {
        self.signal("-CONT");
    }

    fn signal(&self, signal: &str) {
        let id = self.child.as_ref().and_then(Child::id).expect("it runs").to_string();
        let sent = std::process::Command::new("kill").args([signal, &id]).status();
        assert!(sent.expect("kill").success(), "{signal}");
    }

    fn log(&self) -> PathBuf {
        self.folder.join("log")
    }

    pub fn end_of_log(&self) -> String {
        let mut log = Vec::new();
        let _ = File::open(self.log()).and_then(|mut file| file.read_to_end(&mut log));
        String::from_utf8_lossy(&log[log.len().saturating_sub(SHOWN)..]).into_owned()
    }
}

/// The binary with its settings, in its folder.
pub fn command(folder: &Path, settings: &[(&'static str, String)]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ayuda"));
    command
        .env_clear()
        .envs(settings.iter().map(|(name, value)| (name, value)))
        .current_dir(folder)
        .stdin(Stdio::null());
    command
}
