//! The real binary with its data, ended and started again at will.

use crate::engines::{Database, Engine, find_psql};
use desk::{
    Clock, Desk, Options,
    people::{NewAgent, Role},
};
use futures_util::{SinkExt, StreamExt};
use protocol::agent::{self, AgentCommand, AgentState};
use std::{net::SocketAddr, path::PathBuf, process::Stdio, time::Duration};
use tempfile::TempDir;
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    net::TcpStream,
    process::{Child, Command},
    sync::watch,
    time::{sleep, timeout},
};
use tokio_tungstenite::{
    WebSocketStream, client_async,
    tungstenite::{Message, client::IntoClientRequest},
};

/// Long enough for anything that happens at all, on a machine that does much else.
pub const PATIENCE: Duration = Duration::from_mins(2);

const SITE: &str = r#"
key = "tienda"
name = "La Tienda"
prefix = "LT"
lang = "es"
[schedule]
zone = "UTC"
weekly = { mon = [["00:00", "24:00"]], tue = [["00:00", "24:00"]], wed = [["00:00", "24:00"]], thu = [["00:00", "24:00"]], fri = [["00:00", "24:00"]], sat = [["00:00", "24:00"]], sun = [["00:00", "24:00"]] }
[limits]
wait_limit = "24h"
frames_per_second = 0
[[queues]]
name = "Soporte"
"#;

/// The processes go when this is dropped, also by a test that fails; then the folder and the database.
pub struct Server {
    child: Option<Child>,
    /// What the binary is preloaded with, and its settings.
    pub environment: Vec<(&'static str, PathBuf)>,
    /// How many descriptors it may have; none: as the system says.
    pub descriptors: Option<usize>,
    pub data_dir: PathBuf,
    /// The session of somebody Disponible.
    session: String,
    door: watch::Sender<Option<Door>>,
    database: Option<Database>,
    _folder: TempDir,
}

/// Where a running server is.
#[derive(Clone, Debug)]
pub struct Door {
    pub address: SocketAddr,
    origin: String,
}

impl Server {
    /// With a site and somebody Disponible, not yet started.
    pub async fn new(engine: Engine) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let data_dir = folder.path().join("data");
        let database = Database::new(engine);
        let desk = Desk::open(Options {
            data_dir: data_dir.clone(),
            database_url: database.as_ref().map(|database| database.url.clone()),
            listen_url: None,
            database_connections: desk::Connections::default(),
            secret_key: None,
            files: None,
            public_url: "http://localhost".into(),
            smtp_url: None,
            mail_from: "Ayuda <ayuda@localhost>".into(),
            disk_floor: Options::DISK_FLOOR,
            node_lease: Options::NODE_LEASE,
            clock: Clock::System,
        })
        .await
        .expect("a desk");
        desk.apply_site(SITE).await.expect("a site");
        let new = NewAgent {
            email: "lucia@example.com".into(),
            name: "Lucía".into(),
            role: Role::Owner,
            sites: Vec::new(),
            queues: Vec::new(),
            password: Some("una clave muy larga".into()),
        };
        desk.create_agent(new).await.expect("an agent");
        let token =
            desk.sign_in("lucia@example.com", "una clave muy larga").await.expect("a session");
        let agent = desk.find_session(&token.0).await.expect("a database").expect("a session");
        desk.set_agent_state(agent.id, AgentState::Available).await.expect("a state");
        desk.close().await;
        Self {
            child: None,
            environment: Vec::new(),
            descriptors: None,
            data_dir,
            session: token.0,
            door: watch::Sender::new(None),
            database,
            _folder: folder,
        }
    }

    /// For clients: where it is now, or none while it does not run.
    pub fn door(&self) -> watch::Receiver<Option<Door>> {
        self.door.subscribe()
    }

    /// Starts it, on a port that is free; whoever wants it waits for the door.
    pub fn spawn(&mut self) {
        let child = self.command().stdout(Stdio::piped()).spawn();
        self.child = Some(child.expect("the binary starts"));
    }

    /// The binary with its settings: `ayuda serve` on a port that is free.
    pub fn command(&self) -> Command {
        let mut command = match self.descriptors {
            Some(most) => {
                let mut shell = Command::new("/bin/sh");
                shell.args(["-c", &format!("ulimit -n {most} && exec \"$0\" \"$@\"")]);
                shell.arg(env!("CARGO_BIN_EXE_ayuda"));
                shell
            }
            None => Command::new(env!("CARGO_BIN_EXE_ayuda")),
        };
        command
            .env_clear()
            .envs(self.environment.iter().cloned())
            .args(["serve", "--listen", "127.0.0.1:0", "--log", "warn", "--data-dir"])
            .arg(&self.data_dir)
            .current_dir(&self.data_dir)
            .kill_on_drop(true);
        if let Some(database) = &self.database {
            command.args(["--database-url", &database.url]);
        }
        command
    }

    /// Starts it and reads from its greeting where it is.
    pub async fn start(&mut self) {
        self.spawn();
        let output = self.child.as_mut().and_then(|child| child.stdout.take()).expect("a pipe");
        let mut lines = BufReader::new(output).lines();
        let line = timeout(PATIENCE, lines.next_line()).await.expect("it listens in the end");
        let line = line.expect("text").expect("a greeting");
        let origin = line.rsplit(' ').next().expect("a word").to_owned();
        let port = origin.rsplit(':').next().and_then(|port| port.parse().ok());
        let address = SocketAddr::from(([127, 0, 0, 1], port.expect("a port")));
        // What else it says is not wanted, and must find somebody who reads it.
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        self.door.send_replace(Some(Door { address, origin }));
    }

    /// SIGKILL.
    pub async fn kill(&mut self) {
        let mut child = self.child.take().expect("it runs");
        child.kill().await.expect("it is gone");
        self.door.send_replace(None);
    }

    /// What its PostgreSQL answers to a question for one text; empty: nothing.
    pub fn ask_postgres(&self, question: &str) -> String {
        let database = self.database.as_ref().expect("PostgreSQL");
        let output = std::process::Command::new(find_psql())
            .args(["--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--dbname"])
            .args([&*database.url, "--command", question])
            .output()
            .expect("psql");
        assert!(output.status.success(), "{question}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("text").trim_end().to_owned()
    }

    /// Keeps a console connected for as long as the server lives.
    pub fn keep_a_console(&self) {
        let cookie = format!("ayuda_session={}", self.session);
        let mut door = self.door();
        tokio::spawn(async move {
            while let Some(open) = next_door(&mut door).await {
                if let Some(mut socket) =
                    open.socket("/console/socket", agent::SUBPROTOCOL, &cookie).await
                {
                    let hello = serde_json::to_string(&AgentCommand::Hello).expect("JSON");
                    let _ = socket.send(Message::text(hello)).await;
                    while let Some(Ok(_)) = socket.next().await {}
                }
                sleep(RETRY).await;
            }
        });
    }
}

/// A client's pause before it tries again.
pub const RETRY: Duration = Duration::from_millis(5);

/// Where the server is, once it runs; none when it never will again.
pub async fn next_door(door: &mut watch::Receiver<Option<Door>>) -> Option<Door> {
    door.wait_for(Option::is_some).await.ok()?.clone()
}

impl Door {
    /// None where it is shut.
    pub async fn socket(
        &self,
        path: &str,
        name: &str,
        cookie: &str,
    ) -> Option<WebSocketStream<TcpStream>> {
        let url = format!("ws://localhost:{}{path}", self.address.port());
        let mut request = url.into_client_request().expect("a request");
        for (header, value) in
            [("origin", self.origin.as_str()), ("sec-websocket-protocol", name), ("cookie", cookie)]
        {
            request.headers_mut().insert(header, value.parse().expect("a value"));
        }
        let stream = TcpStream::connect(self.address).await.ok()?;
        Some(client_async(request, stream).await.ok()?.0)
    }
}
