//! The servers that are measured: started on free ports with folders of their own, and ended.

use crate::client::http::Http;
use anyhow::{Context, Result, bail};
use std::{
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};
use tempfile::TempDir;

/// The site that every visitor of the bench is on.
pub const SITE: &str = "bench";
/// The agent's address and password.
pub const EMAIL: &str = "bench@equipo.example";
pub const PASSWORD: &str = "una clave larga y segura";

/// What is measured.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    /// The bare server of this program.
    Floor,
    /// A binary of the product.
    Ayuda(PathBuf),
}

/// A running server.
pub struct Server {
    pub port: u16,
    subject: Subject,
    child: Child,
    data: TempDir,
    settings: Vec<(String, String)>,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Server {
    /// Starts either, ready for load.
    pub async fn start(subject: &Subject) -> Result<Self> {
        match subject {
            Subject::Floor => Self::floor().await,
            Subject::Ayuda(binary) => Self::ayuda(binary, &[]).await,
        }
    }

    /// The bare server.
    pub async fn floor() -> Result<Self> {
        let data = tempfile::tempdir()?;
        let port = free_port()?;
        let child = Command::new(std::env::current_exe()?)
            .arg("floor")
            .arg(port.to_string())
            .arg(data.path())
            .stdout(Stdio::null())
            .spawn()?;
        let server = Self { port, subject: Subject::Floor, child, data, settings: Vec::new() };
        server.wait_for_answer().await?;
        Ok(server)
    }

    /// So many nodes of the product on one database, set up like [`Server::ayuda`].
    pub async fn nodes(binary: &Path, database: &str, number: usize) -> Result<Vec<Self>> {
        let more = [("AYUDA_DATABASE_URL", database)];
        let mut nodes = vec![Self::ayuda(binary, &more).await?];
        while nodes.len() < number {
            let (data, port) = (tempfile::tempdir()?, free_port()?);
            let settings = settings(data.path(), port, &more);
            nodes.push(Self::serve(binary, data, port, settings).await?);
        }
        Ok(nodes)
    }

    /// The product, with one site that is always open and one agent. `more`: settings besides the usual ones.
    pub async fn ayuda(binary: &Path, more: &[(&str, &str)]) -> Result<Self> {
        let (data, port) = (tempfile::tempdir()?, free_port()?);
        let settings = settings(data.path(), port, more);
        let file = data.path().join("site.toml");
        let run = |arguments: &[&str], input: &str| {
            ayuda(binary, &settings, data.path(), arguments, input)
        };
        let apply = |text: String| {
            std::fs::write(&file, text)?;
            run(&["site", "apply", &file.display().to_string()], "")
        };
        // A binary from before there was a limit on frames does not know its name.
        apply(site()).or_else(|_| apply(site().replace(UNPACED, "")))?;
        create_agent(binary, &settings, data.path(), EMAIL)?;
        Self::serve(binary, data, port, settings).await
    }

    async fn serve(
        binary: &Path,
        data: TempDir,
        port: u16,
        settings: Vec<(String, String)>,
    ) -> Result<Self> {
        let child = serve(binary, &settings, data.path())?;
        let subject = Subject::Ayuda(binary.to_owned());
        let server = Self { port, subject, child, data, settings };
        server.wait_for_answer().await?;
        Ok(server)
    }

    /// Another agent of the site, with the password of all.
    pub fn create_agent(&self, email: &str) -> Result<()> {
        let Subject::Ayuda(binary) = &self.subject else { bail!("a floor has no agents") };
        create_agent(binary, &self.settings, self.data.path(), email)
    }

    /// Ends it and starts it again on the same data; the time until the first answer.
    pub async fn restart(&mut self) -> Result<Duration> {
        if self.child.try_wait()?.is_none() {
            self.stop()?;
        }
        let Subject::Ayuda(binary) = &self.subject else { bail!("a floor starts only once") };
        let start = Instant::now();
        self.child = serve(binary, &self.settings, self.data.path())?;
        self.wait_for_answer().await?;
        Ok(start.elapsed())
    }

    /// Ends it in good order.
    pub fn stop(&mut self) -> Result<()> {
        Command::new("kill").arg("-TERM").arg(self.child.id().to_string()).status()?;
        self.child.wait()?;
        Ok(())
    }

    /// Whether it is the product, and not the bare server.
    pub fn is_product(&self) -> bool {
        self.subject != Subject::Floor
    }

    /// The folder of its database file.
    pub fn data(&self) -> &Path {
        self.data.path()
    }

    pub fn origin(&self) -> String {
        format!("http://localhost:{}", self.port)
    }

    /// Its memory in use, own and shared, in KiB (`VmRSS`).
    pub fn resident(&self) -> Result<f64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find(|line| line.starts_with("VmRSS:")).context("no VmRSS")?;
        Ok(line.split_whitespace().nth(1).context("no number")?.parse()?)
    }

    /// Its use of the processors so far, user and system (`/proc/PID/stat`, in ticks of 10 ms).
    pub fn processor_time(&self) -> Result<Duration> {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id()))?;
        // The name in parentheses may hold spaces; user and system time are the 12th and 13th after it.
        let (_, after) = stat.rsplit_once(')').context("no name")?;
        let ticks: Vec<u64> = after
            .split_whitespace()
            .skip(11)
            .take(2)
            .map(str::parse)
            .collect::<std::result::Result<_, _>>()?;
        Ok(Duration::from_millis(ticks.iter().sum::<u64>() * 10))
    }

    async fn wait_for_answer(&self) -> Result<()> {
        let start = Instant::now();
        while start.elapsed() < Duration::from_mins(1) {
            if let Ok(mut http) = Http::connect(self.port).await
                && http.get("/healthz", "").await.is_ok_and(|answer| answer.status == 200)
            {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        bail!("{:?} does not answer", self.subject)
    }
}

/// What a server of the product is started with, as environment.
fn settings(data: &Path, port: u16, more: &[(&str, &str)]) -> Vec<(String, String)> {
    let mut settings = vec![
        ("AYUDA_DATA_DIR".to_owned(), data.display().to_string()),
        ("AYUDA_LISTEN".to_owned(), format!("127.0.0.1:{port}")),
        ("AYUDA_PUBLIC_URL".to_owned(), format!("http://localhost:{port}")),
        ("AYUDA_LOG".to_owned(), "error".to_owned()),
    ];
    settings.extend(more.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
    settings
}

fn create_agent(
    binary: &Path,
    settings: &[(String, String)],
    dir: &Path,
    email: &str,
) -> Result<()> {
    let arguments = [
        "agent",
        "create",
        "--email",
        email,
        "--name",
        "Ana Banco",
        "--role",
        "agent",
        "--password-stdin",
    ];
    ayuda(binary, settings, dir, &arguments, &format!("{PASSWORD}\n"))?;
    Ok(())
}

/// Runs one command of the product.
pub fn ayuda(
    binary: &Path,
    settings: &[(String, String)],
    dir: &Path,
    arguments: &[&str],
    input: &str,
) -> Result<String> {
    use std::io::Write as _;
    let mut child = Command::new(binary)
        .args(arguments)
        .envs(settings.iter().map(|(key, value)| (key, value)))
        .current_dir(dir)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    child.stdin.take().context("a pipe")?.write_all(input.as_bytes())?;
    let output = child.wait_with_output()?;
    if !output.status.success() {
        bail!("ayuda {} failed", arguments.join(" "));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

fn serve(binary: &Path, settings: &[(String, String)], dir: &Path) -> Result<Child> {
    Ok(Command::new(binary)
        .arg("serve")
        .envs(settings.iter().map(|(key, value)| (key, value)))
        .current_dir(dir)
        .stdout(Stdio::null())
        .spawn()?)
}

/// The line of the site's limits that lets sockets send as fast as they can.
const UNPACED: &str = "frames_per_second = 0\n";

/// Open on every day, nobody at capacity, nothing times out while it is measured.
fn site() -> String {
    let days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
    let weekly = days.map(|day| format!("{day} = [[\"00:00\", \"24:00\"]]")).join(", ");
    format!(
        "key = \"{SITE}\"\nname = \"Banco\"\nprefix = \"BE\"\nlang = \"es\"\nallowed_origins = []\n\
         [schedule]\nzone = \"UTC\"\nweekly = {{ {weekly} }}\n\
         [limits]\nwait_limit = \"2h\"\nidle_limit = \"2h\"\ncapacity = 1000\nqueue_limit = 1000\n\
         tickets_per_hour = 0\nmessages_per_minute = 0\n{UNPACED}\
         [[queues]]\nname = \"Soporte general\"\n"
    )
}

fn free_port() -> Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}
