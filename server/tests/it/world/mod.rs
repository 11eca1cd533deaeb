//! A server with a site and somebody who answers, in a folder of its own; its clock stands until a test moves it.
//! All of it goes when the world is dropped, also by a test that fails.

#[path = "../../../../testing/bucket.rs"]
mod bucket;
#[path = "../../../../testing/engines.rs"]
mod engines;
pub mod http;
#[path = "../../../../testing/odd_bucket.rs"]
mod odd_bucket;
#[path = "../../../../testing/on_both.rs"]
mod on_both;
pub mod socket;
pub mod sql;

pub use bucket::Bucket;
pub use engines::Engine;
pub use odd_bucket::OddBucket;
pub(crate) use on_both::on_both;

use desk::{
    Clock, Desk,
    mail::{KeptMail, MailState},
    people::{Agent, NewAgent, Role},
};
use engines::Database;
use http::{Client, Reply};
use protocol::{
    SiteKey, Timestamp,
    agent::{AgentState, ForAgent},
    form::Started,
};
use server::{
    Running,
    settings::{Flags, Network, Settings},
};
use std::{path::PathBuf, time::Duration};
use tempfile::TempDir;
use tokio::time::{sleep, timeout};

pub const PASSWORD: &str = "una clave muy larga";
pub const EMAIL: &str = "lucia@example.com";

/// Monday 2026-11-23, 16:00 UTC: 10:00 in Mexico City.
pub const MONDAY_TEN: Timestamp = Timestamp(1_795_449_600_000);

/// Open on Mondays from nine to six.
pub const SITE: &str = r#"
key = "tienda"
name = "La Tienda"
prefix = "LT"
lang = "es"
[schedule]
zone = "America/Mexico_City"
weekly = { mon = [["09:00", "18:00"]] }
[[queues]]
name = "Soporte general"
"#;

pub struct World {
    running: Option<Running>,
    pub client: Client,
    pub clock: Clock,
    pub settings: Settings,
    // The last two: nothing may want them any more.
    _folder: TempDir,
    _database: Option<Database>,
}

impl World {
    pub async fn new(engine: Engine) -> Self {
        Self::with(engine, |_| {}).await
    }

    /// With other settings.
    pub async fn with(engine: Engine, change: impl FnOnce(&mut Settings)) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let clock = Clock::manual(MONDAY_TEN);
        let flags = Flags { listen: Some("127.0.0.1:0".into()), ..Flags::default() };
        let mut settings = Settings::load(flags).expect("settings");
        settings.data_dir = PathBuf::from(folder.path());
        let database = Database::new(engine);
        settings.database_url = database.as_ref().map(|database| database.url.clone());
        settings.clock = clock.clone();
        settings.page_program = env!("CARGO_BIN_EXE_ayuda").into();
        change(&mut settings);
        let running = server::start(settings.clone()).await.expect("the server starts");
        running.desk().apply_site(SITE).await.expect("the site");
        let client = Client(running.address());
        Self {
            running: Some(running),
            client,
            clock,
            settings,
            _folder: folder,
            _database: database,
        }
    }

    pub fn running(&self) -> &Running {
        self.running.as_ref().expect("it runs")
    }

    pub fn desk(&self) -> &Desk {
        self.running().desk()
    }

    pub fn origin(&self) -> String {
        self.running().public_url().as_str().to_owned()
    }

    pub async fn stop(&mut self) {
        self.running.take().expect("it runs").stop().await;
    }

    /// The same data, served anew on another port.
    pub async fn start_again(&mut self) {
        let running = server::start(self.settings.clone()).await.expect("the server starts again");
        self.client = Client(running.address());
        self.running = Some(running);
    }

    pub async fn apply(&self, toml: &str) {
        self.desk().apply_site(toml).await.expect("a site file that holds");
    }

    /// Somebody who answers, signed in: the cookie and the agent.
    pub async fn agent(&self, email: &str) -> (String, Agent) {
        let new = NewAgent {
            email: email.into(),
            name: "Lucía Medina".into(),
            role: Role::Owner,
            sites: Vec::new(),
            queues: Vec::new(),
            password: Some(PASSWORD.into()),
        };
        self.desk().create_agent(new).await.expect("an agent");
        let token = self.desk().sign_in(email, PASSWORD).await.expect("a session");
        let agent =
            self.desk().find_session(&token.0).await.expect("a database").expect("a session");
        (format!("ayuda_session={}", token.0), agent)
    }

    /// Somebody Disponible with a console that is connected: the desk is open while the guard lives.
    pub async fn somebody_there(&self) -> (Agent, desk::console::ConsoleGuard) {
        let (_, agent) = self.agent(EMAIL).await;
        self.desk().set_agent_state(agent.id, AgentState::Available).await.expect("a state");
        let guard = self.desk().console_connected(agent.id);
        self.until(|| self.is_open("tienda")).await;
        (agent, guard)
    }

    pub fn is_open(&self, site: &str) -> bool {
        let site = self.desk().find_site(&SiteKey(site.into())).expect("the site");
        self.desk().availability(site.id).open
    }

    /// Waits for what happens by itself.
    pub async fn until(&self, done: impl Fn() -> bool) {
        eventually(async || done().then_some(())).await;
    }

    /// The newest mail, once the worker has kept it.
    pub async fn kept_mail(&self, agent: &Agent) -> ForAgent<KeptMail> {
        eventually(async || {
            let mails = self.desk().mails(agent, None).await.expect("the mails").mails;
            mails.into_iter().next().filter(|mail| mail.state == MailState::Kept)
        })
        .await
    }

    pub async fn start_chat(&self, site: &str, message: &str) -> Started {
        let fields = [("name", "Ana"), ("email", "ana@example.com"), ("message", message)];
        let reply = self.client.post(format!("/w/{site}/chats")).json().form(&fields).send().await;
        started(&reply)
    }

    pub async fn ask(&self, site: &str, message: &str) -> Started {
        let fields = [("email", "ana@example.com"), ("message", message)];
        let path = format!("/w/{site}/requests");
        started(&self.client.post(path).json().multipart(&fields, &[]).send().await)
    }
}

/// Long enough for anything that happens at all, on a machine that does much else.
const PATIENCE: Duration = Duration::from_mins(1);

/// What comes within a [`PATIENCE`]; a test that waits for ever says nothing.
pub async fn soon<T>(what: &str, comes: impl Future<Output = T>) -> T {
    timeout(PATIENCE, comes).await.unwrap_or_else(|_| panic!("it never came: {what}"))
}

/// A port for a program of another's that is told which, and takes it a moment later on any address. It is below those
/// that a system gives to whoever asks for any: nobody who does takes it in between.
pub fn free_port() -> u16 {
    let mut ports = std::iter::repeat_with(|| rand::random_range(10_000..32_000));
    let is_free = |port: &u16| std::net::TcpListener::bind(("0.0.0.0", *port)).is_ok();
    ports.find(is_free).expect("they do not end")
}

/// Asks again until there is something.
pub async fn eventually<T>(mut found: impl AsyncFnMut() -> Option<T>) -> T {
    soon("what was asked for", async {
        loop {
            if let Some(found) = found().await {
                return found;
            }
            sleep(Duration::from_millis(10)).await;
        }
    })
    .await
}

pub fn started(reply: &Reply) -> Started {
    assert_eq!(reply.status, 201, "{}", reply.text());
    serde_json::from_slice(&reply.body).expect("a Started")
}

/// A proxy on this machine that is declared, so that a test may speak for any client.
pub fn behind_a_proxy(settings: &mut Settings) {
    settings.trusted_proxies = vec!["127.0.0.1".parse::<Network>().expect("an address")];
}
