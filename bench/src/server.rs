//! The two servers: started on free ports with folders of their own, and ended.

use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use tempfile::TempDir;

use crate::http::Http;
use crate::talk::{self, Talk};

/// The site that every bench talks to.
pub const SITE: &str = "bench";
const EMAIL: &str = "bench@equipo.example";
const PASSWORD: &str = "una clave larga y segura";

/// Who is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Ayuda,
    Floor,
}

/// A running server.
pub struct Server {
    pub kind: Kind,
    pub port: u16,
    child: Child,
    data: TempDir,
    binary: std::path::PathBuf,
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
    pub async fn start(kind: Kind, binary: &Path) -> Result<Self> {
        match kind {
            Kind::Floor => Self::floor().await,
            Kind::Ayuda => Self::ayuda(binary, None).await,
        }
    }

    /// The bare server.
    pub async fn floor() -> Result<Self> {
        let data = tempfile::tempdir()?;
        let port = free_port()?;
        let binary = std::env::current_exe()?;
        let child = Command::new(&binary)
            .arg("floor")
            .arg(port.to_string())
            .arg(data.path())
            .stdout(Stdio::null())
            .spawn()?;
        let server = Self { kind: Kind::Floor, port, child, data, binary, settings: Vec::new() };
        server.answers().await?;
        Ok(server)
    }

    /// The product, with one site that is always open and one agent.
    pub async fn ayuda(binary: &Path, database: Option<&str>) -> Result<Self> {
        let data = tempfile::tempdir()?;
        let port = free_port()?;
        let mut settings = vec![
            ("AYUDA_DATA_DIR".to_owned(), data.path().display().to_string()),
            ("AYUDA_LISTEN".to_owned(), format!("127.0.0.1:{port}")),
            ("AYUDA_PUBLIC_URL".to_owned(), format!("http://localhost:{port}")),
            ("AYUDA_LOG".to_owned(), "error".to_owned()),
        ];
        if let Some(url) = database {
            settings.push(("AYUDA_DATABASE_URL".to_owned(), url.to_owned()));
        }
        let file = data.path().join("site.toml");
        std::fs::write(&file, site())?;
        let run = |arguments: &[&str], input: &str| {
            ayuda(binary, &settings, data.path(), arguments, input)
        };
        run(&["site", "apply", &file.display().to_string()], "")?;
        run(
            &[
                "agent",
                "create",
                "--email",
                EMAIL,
                "--name",
                "Ana Banco",
                "--role",
                "agent",
                "--password-stdin",
            ],
            &format!("{PASSWORD}\n"),
        )?;
        let child = serve(binary, &settings, data.path())?;
        let server =
            Self { kind: Kind::Ayuda, port, child, data, binary: binary.to_owned(), settings };
        server.answers().await?;
        Ok(server)
    }

    /// Ends it and starts it again on the same data; the time until the first answer.
    pub async fn restart(&mut self) -> Result<Duration> {
        if self.child.try_wait()?.is_none() {
            self.stop()?;
        }
        let start = Instant::now();
        self.child = serve(&self.binary, &self.settings, self.data.path())?;
        self.answers().await?;
        Ok(start.elapsed())
    }

    /// Ends it in good order.
    pub fn stop(&mut self) -> Result<()> {
        Command::new("kill").arg("-TERM").arg(self.child.id().to_string()).status()?;
        self.child.wait()?;
        Ok(())
    }

    /// Where its database file is.
    pub fn data(&self) -> &Path {
        self.data.path()
    }

    pub fn origin(&self) -> String {
        format!("http://localhost:{}", self.port)
    }

    /// Memory in use that is its own or shared, in KiB (`VmRSS`).
    pub fn resident(&self) -> Result<f64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find(|line| line.starts_with("VmRSS:")).context("no VmRSS")?;
        Ok(line.split_whitespace().nth(1).context("no number")?.parse()?)
    }

    /// What it has used of the processors, user and system (`/proc/PID/stat`, in ticks of 10 ms).
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

    /// The session of the agent, as a `cookie` header.
    pub async fn sign_in(&self) -> Result<String> {
        let form = format!("email={EMAIL}&password={}", PASSWORD.replace(' ', "+"));
        let answer = Http::connect(self.port).await?.post("/console/sign-in", "", &form).await?;
        let cookie = answer
            .header("set-cookie")
            .with_context(|| format!("sign-in answered {} {}", answer.status, answer.body))?;
        let cookie = cookie.split(';').next().unwrap_or_default();
        Ok(format!("cookie: {cookie}\r\n"))
    }

    /// The agent's socket, Disponible and welcomed.
    pub async fn agent(&self) -> Result<(Talk, String)> {
        if self.kind == Kind::Floor {
            return Ok((Talk::open(self, "/agent", "bench", "").await?, String::new()));
        }
        let cookie = self.sign_in().await?;
        let mut talk = Talk::open(self, "/console/socket", "ayuda.agent.1", &cookie).await?;
        talk.send(r#""hello""#.to_owned()).await?;
        talk.until(|frame| frame.starts_with(r#"{"welcome":"#)).await?;
        let state = Http::connect(self.port)
            .await?
            .post("/console/api/state", &cookie, "state=available")
            .await?;
        if state.status >= 400 {
            bail!("the agent's state: {} {}", state.status, state.body);
        }
        for _ in 0..100 {
            let mut http = Http::connect(self.port).await?;
            if http.get(&format!("/w/{SITE}/status"), "").await?.body.contains("\"open\":true") {
                return Ok((talk, cookie));
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        bail!("the site did not open")
    }

    /// A new chat's token.
    pub async fn start_chat(&self, http: &mut Http, message: &str) -> Result<String> {
        let id = talk::id();
        let form = format!(
            "id={id}&name=Marta&message={message}&page=http%3A%2F%2Flocalhost%2F&lang=es&zone=UTC"
        );
        let answer = http.post(&self.chats(), "", &form).await?;
        if answer.status != 201 {
            bail!("a chat was refused: {} {}", answer.status, answer.body);
        }
        talk::text(&answer.body, "token").map(str::to_owned).context("no token")
    }

    /// Where chats are started.
    pub fn chats(&self) -> String {
        match self.kind {
            Kind::Ayuda => format!("/w/{SITE}/chats"),
            Kind::Floor => "/chats".to_owned(),
        }
    }

    /// A visitor's socket on a ticket, welcomed.
    pub async fn visitor(&self, token: Option<&str>) -> Result<Talk> {
        let path = match self.kind {
            Kind::Ayuda => format!("/w/{SITE}/socket"),
            Kind::Floor => "/socket".to_owned(),
        };
        let mut talk = Talk::open(self, &path, "ayuda.visitor.1", "").await?;
        let token = token.map_or_else(|| "null".to_owned(), |token| format!("\"{token}\""));
        talk.send(format!(r#"{{"hello":{{"token":{token},"after":0}}}}"#)).await?;
        talk.until(|frame| {
            frame.starts_with(r#"{"welcome":"#) || frame.starts_with(r#"{"status":"#)
        })
        .await?;
        Ok(talk)
    }

    async fn answers(&self) -> Result<()> {
        let start = Instant::now();
        while start.elapsed() < Duration::from_mins(1) {
            if let Ok(mut http) = Http::connect(self.port).await
                && http.get("/healthz", "").await.is_ok_and(|answer| answer.status == 200)
            {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        bail!("{:?} does not answer", self.kind)
    }
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

/// Open on every day, nobody at capacity, nothing times out while it is measured.
fn site() -> String {
    let days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
    let weekly = days.map(|day| format!("{day} = [[\"00:00\", \"24:00\"]]")).join(", ");
    format!(
        "key = \"{SITE}\"\nname = \"Banco\"\nprefix = \"BE\"\nlang = \"es\"\nallowed_origins = []\n\
         [schedule]\nzone = \"UTC\"\nweekly = {{ {weekly} }}\n\
         [limits]\nwait_limit = \"2h\"\nidle_limit = \"2h\"\ncapacity = 1000\nqueue_limit = 1000\n\
         tickets_per_hour = 0\nmessages_per_minute = 0\n\
         [[queues]]\nname = \"Soporte general\"\n"
    )
}

pub fn free_port() -> Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}
