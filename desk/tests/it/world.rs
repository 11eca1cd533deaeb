//! A desk for one test: its own folder, its own database, a clock that the test moves.

use desk::{
    Clock, Desk, Options,
    console::ConsoleGuard,
    live::{Event, Subscription},
    people::{Agent, NewAgent, Role},
    sites::Site,
    tickets::{NewChat, NewRequest, Visitor},
};
use protocol::{
    Code, EntryId, TicketId, Timestamp,
    agent::AgentState,
    form::Started,
    text::{ChatText, EmailAddress, FormText, PersonName},
};
use sqlx::{ConnectOptions, Connection, postgres::PgConnectOptions};
use std::{future::Future, str::FromStr, sync::Arc, time::Duration};

/// Monday 2026-11-23, 15:00 UTC.
pub const START: Timestamp = Timestamp(1_795_446_000_000);
/// Long enough for anything that happens at all.
const PATIENCE: Duration = Duration::from_secs(20);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    Sqlite,
    Postgres,
}

/// Each test on both engines: `on_both! { a_name, another }`.
macro_rules! on_both {
    ($($name:ident),* $(,)?) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                $crate::world::with_world($crate::world::Engine::Sqlite, super::$name).await;
            })*
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                $crate::world::with_world($crate::world::Engine::Postgres, super::$name).await;
            })*
        }
    };
}
pub(crate) use on_both;

pub struct World {
    pub desk: Desk,
    pub clock: Clock,
    pub options: Options,
}

/// The server that databases are made on; none when PostgreSQL is not asked for.
pub fn postgres() -> Option<String> {
    let url = std::env::var("AYUDA_TEST_POSTGRES").ok();
    let both = std::env::var("AYUDA_TEST_ENGINES").is_ok_and(|engines| engines == "both");
    assert!(url.is_some() || !both, "AYUDA_TEST_ENGINES=both needs AYUDA_TEST_POSTGRES");
    url
}

/// Runs a test with a fresh desk, and takes its database away also when it fails.
pub async fn with_world<T, F>(engine: Engine, test: T)
where
    T: FnOnce(World) -> F,
    F: Future<Output = ()> + Send + 'static,
{
    let folder = tempfile::tempdir().unwrap();
    let database = match engine {
        Engine::Sqlite => None,
        Engine::Postgres => {
            let Some(server) = postgres() else { return };
            Some(Database::make(&server).await)
        }
    };
    let clock = Clock::manual(START);
    let options = Options {
        data_dir: folder.path().to_owned(),
        database_url: database.as_ref().map(|database| database.url.clone()),
        public_url: "https://help.example.com".into(),
        smtp_url: None,
        mail_from: "Ayuda <ayuda@example.com>".into(),
        clock: clock.clone(),
    };
    let desk = Desk::open(options.clone()).await.unwrap();
    let world = World { desk: desk.clone(), clock, options };
    let done = tokio::spawn(test(world)).await;
    desk.close().await;
    if let Some(database) = database {
        database.drop().await;
    }
    if let Err(failure) = done {
        std::panic::resume_unwind(failure.into_panic());
    }
}

/// A database of its own.
pub struct Database {
    server: PgConnectOptions,
    name: String,
    pub url: String,
}

impl Database {
    pub async fn make(server: &str) -> Self {
        let name = format!("ayuda_test_{}", Clock::System.new_id().simple());
        let (before, query) = server.split_once('?').unwrap_or((server, ""));
        let base = before.rsplit_once('/').map_or(before, |(base, _)| base);
        let url = format!("{base}/{name}?{query}");
        let server = PgConnectOptions::from_str(server).unwrap().disable_statement_logging();
        let database = Self { server, name, url };
        database.execute("create database").await;
        database
    }

    pub async fn drop(self) {
        self.execute("drop database if exists").await;
    }

    async fn execute(&self, what: &str) {
        let mut connection =
            sqlx::postgres::PgConnection::connect_with(&self.server).await.unwrap();
        let force = if what.starts_with("drop") { " with (force)" } else { "" };
        let text = format!("{what} {}{force}", self.name);
        sqlx::query(sqlx::AssertSqlSafe(text)).execute(&mut connection).await.unwrap();
    }
}

impl World {
    /// A site that is open around the clock.
    pub async fn site(&self, key: &str) -> Arc<Site> {
        self.site_with(key, "").await
    }

    /// The same with more lines of its file.
    pub async fn site_with(&self, key: &str, more: &str) -> Arc<Site> {
        let prefix = key.to_uppercase();
        let file = format!(
            "key = \"{key}\"\nname = \"{key}\"\nprefix = \"{prefix}\"\n{more}\n[[queues]]\nname = \"Soporte\"\n"
        );
        self.desk.apply_site(&file).await.unwrap()
    }

    /// An agent of every site, Disponible.
    pub async fn agent(&self, name: &str) -> Agent {
        self.agent_of(name, &[]).await
    }

    /// An agent of these sites, Disponible.
    pub async fn agent_of(&self, name: &str, sites: &[&str]) -> Agent {
        let email = format!("{name}@example.com");
        let new = NewAgent {
            email: email.clone(),
            name: name.to_owned(),
            role: Role::Agent,
            sites: sites.iter().map(|&site| site.to_owned()).collect(),
            queues: vec![],
            password: Some("correct horse".into()),
        };
        self.desk.create_agent(new).await.unwrap();
        let token = self.desk.sign_in(&email, "correct horse").await.unwrap();
        let agent = self.desk.find_session(&token.0).await.unwrap().unwrap();
        self.desk.set_agent_state(agent.id, AgentState::Available).await.unwrap();
        self.desk.find_session(&token.0).await.unwrap().unwrap()
    }

    /// An agent with a console.
    pub async fn at_console(&self, name: &str) -> (Agent, ConsoleGuard) {
        let agent = self.agent(name).await;
        let console = self.desk.console_connected(agent.id);
        (agent, console)
    }

    pub fn new_chat(&self) -> NewChat {
        NewChat {
            id: self.clock.new_entry_id(),
            name: Some(PersonName::parse("Rosa").unwrap()),
            email: None,
            subject: None,
            text: ChatText::parse("hola").unwrap(),
            page: Some("https://shop.example/precios".into()),
            lang: "es".into(),
            zone: Some("America/Mexico_City".into()),
        }
    }

    pub fn new_request(&self) -> NewRequest {
        NewRequest {
            id: self.clock.new_entry_id(),
            name: None,
            email: EmailAddress::parse("rosa@example.com").unwrap(),
            text: FormText::parse("¿abren mañana?").unwrap(),
            files: vec![],
            page: None,
            lang: "es".into(),
            zone: None,
        }
    }

    pub async fn start(&self, site: &Site) -> (Started, Visitor) {
        let started = self.desk.start_chat(site, self.new_chat()).await.unwrap();
        let visitor = self.visitor(site, &started).await;
        (started, visitor)
    }

    pub async fn visitor(&self, site: &Site, started: &Started) -> Visitor {
        self.desk.find_visitor(site.id, &started.token).await.unwrap().unwrap()
    }

    /// A chat that the agent has accepted.
    pub async fn chat_with(&self, site: &Site, agent: &Agent) -> Visitor {
        let (_, visitor) = self.start(site).await;
        let item = self.desk.find_work(agent, visitor.ticket).await.unwrap().unwrap();
        self.desk.accept(agent, item.chat.unwrap()).await.unwrap();
        visitor
    }

    pub async fn says(&self, visitor: Visitor, text: &str) -> EntryId {
        let id = self.clock.new_entry_id();
        self.desk.visitor_says(visitor, id, text, &[]).await.unwrap();
        id
    }

    /// The kinds of a ticket's entries, in order, as agents see them; the sequence is checked to have no gap.
    pub async fn kinds(&self, agent: &Agent, ticket: TicketId) -> Vec<String> {
        let start = protocol::Seq::START;
        let (entries, last) = self.desk.agent_entries(agent, ticket, start).await.unwrap();
        for (place, entry) in (1..).zip(&entries) {
            assert_eq!(entry.seq.0, place, "gap-free from 1");
        }
        assert_eq!(last.0, i64::try_from(entries.len()).unwrap());
        entries
            .iter()
            .map(|entry| {
                let body = serde_json::to_value(&entry.body).unwrap();
                let named =
                    body.as_object().and_then(|body| body.keys().next().map(String::as_str));
                named.or(body.as_str()).unwrap().to_owned()
            })
            .collect()
    }

    /// Moves the clock and does what is due.
    pub async fn pass(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
        self.desk.tick().await.unwrap();
    }
}

/// The code of a refusal.
#[track_caller]
pub fn refused<T: std::fmt::Debug>(result: desk::Result<T>) -> Code {
    result.unwrap_err().refusal().code
}

/// The first event that is looked for.
pub async fn hear<T>(line: &mut Subscription, mut what: impl FnMut(&Event) -> Option<T>) -> T {
    let heard = async {
        loop {
            let event = line.next().await.expect("keeps up");
            if let Some(found) = what(&event) {
                return found;
            }
        }
    };
    tokio::time::timeout(PATIENCE, heard).await.expect("an event that never came")
}

/// The next offer to a console.
pub async fn hear_offer(line: &mut Subscription) -> protocol::ChatId {
    hear(line, |event| match event {
        Event::Offer { chat, .. } => Some(*chat),
        _ => None,
    })
    .await
}
