//! Claims about sites, agents, files and mail: each on both engines, with a desk that can be closed and opened again.

use crate::world::{Database, postgres};
use desk::{Clock, Desk, Options, people::*, sites::Site, tickets::*};
use protocol::{EntryId, Timestamp, form::Started, text::*};
use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

/// Monday 2026-11-23, 17:00 UTC.
pub const NOW: Timestamp = Timestamp(1_795_453_200_000);
pub const PASSWORD: &str = "contraseña larga";

/// Runs each claim on SQLite and, where there is a server, on PostgreSQL.
macro_rules! claims {
    ($(async fn $name:ident($world:ident: &mut World) $body:block)*) => {$(
        mod $name {
            #[allow(unused_imports)]
            use super::*;

            async fn claim($world: &mut $crate::support::World) $body

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                let mut world = $crate::support::World::sqlite().await;
                claim(&mut world).await;
                world.end().await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                if let Some(mut world) = $crate::support::World::postgres().await {
                    claim(&mut world).await;
                    world.end().await;
                }
            }
        }
    )*};
}
pub(crate) use claims;

/// A desk, its folder and its clock.
pub struct World {
    pub desk: Desk,
    pub clock: Clock,
    pub options: Options,
    folder: tempfile::TempDir,
    postgres: Option<Database>,
}

impl World {
    pub async fn sqlite() -> Self {
        Self::open(None).await
    }

    /// None where there is no server.
    pub async fn postgres() -> Option<Self> {
        Some(Self::open(Some(Database::make(&postgres()?).await)).await)
    }

    async fn open(postgres: Option<Database>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = Clock::manual(NOW);
        let options = Options {
            data_dir: folder.path().join("data"),
            database_url: postgres.as_ref().map(|database| database.url.clone()),
            public_url: "https://help.example.com".to_owned(),
            smtp_url: None,
            mail_from: "Ayuda <ayuda@example.com>".to_owned(),
            clock: clock.clone(),
        };
        let desk = Desk::open(options.clone()).await.unwrap();
        Self { desk, clock, options, folder, postgres }
    }

    /// Closes the desk and opens it again, as a restart does.
    pub async fn restart(&mut self) {
        self.desk.close().await;
        self.desk = Desk::open(self.options.clone()).await.unwrap();
    }

    /// The same with a relay.
    pub async fn restart_with_relay(&mut self, url: &str) {
        self.options.smtp_url = Some(url.to_owned());
        self.restart().await;
    }

    /// A second process on the same data.
    pub async fn second_process(&self) -> Desk {
        Desk::open(self.options.clone()).await.unwrap()
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub fn pass(&self, time: Duration) {
        self.clock.advance(time);
    }

    pub fn new_id(&self) -> EntryId {
        self.clock.new_entry_id()
    }

    pub async fn end(self) {
        self.desk.close().await;
        if let Some(database) = self.postgres {
            database.drop().await;
        }
    }

    /// A site that is always open.
    pub async fn site(&self, key: &str) -> Arc<Site> {
        let file = format!("key = {key:?}\nname = \"CuentasOK\"\nprefix = \"CO\"\nlang = \"es\"\n");
        self.desk.apply_site(&file).await.unwrap()
    }

    /// An owner with [`PASSWORD`], signed in.
    pub async fn agent(&self, email: &str) -> (Agent, SessionToken) {
        let new = NewAgent {
            email: email.to_owned(),
            name: "Lucía Medina".to_owned(),
            role: Role::Owner,
            sites: vec![],
            queues: vec![],
            password: Some(PASSWORD.to_owned()),
        };
        self.desk.create_agent(new).await.unwrap();
        let token = self.desk.sign_in(email, PASSWORD).await.unwrap();
        let agent = self.desk.find_session(&token.0).await.unwrap().unwrap();
        (agent, token)
    }

    /// A help request from this address.
    pub async fn ask(&self, site: &Site, email: &str) -> Started {
        self.desk.ask(site, self.request(email)).await.unwrap()
    }

    pub fn request(&self, email: &str) -> NewRequest {
        NewRequest {
            id: self.new_id(),
            name: Some(PersonName::parse("Ana <b>Núñez</b>").unwrap()),
            email: EmailAddress::parse(email).unwrap(),
            text: FormText::parse("No puedo entrar.\n<script>alert(1)</script>").unwrap(),
            files: vec![],
            page: Some("https://cuentasok.com/entrar".to_owned()),
            lang: "es".to_owned(),
            zone: Some("America/Bogota".to_owned()),
        }
    }

    pub fn new_chat(&self, email: &str) -> NewChat {
        NewChat {
            id: self.new_id(),
            name: Some(PersonName::parse("Ana").unwrap()),
            email: Some(EmailAddress::parse(email).unwrap()),
            subject: None,
            text: ChatText::parse("Hola").unwrap(),
            page: None,
            lang: "es".to_owned(),
            zone: Some("America/Bogota".to_owned()),
        }
    }

    /// A chat of this address that the agent has accepted.
    pub async fn chat(&self, site: &Site, agent: &Agent, email: &str) -> Started {
        let started = self.desk.start_chat(site, self.new_chat(email)).await.unwrap();
        let visitor = self.visitor(site, &started).await;
        let work = self.desk.find_work(agent, visitor.ticket).await.unwrap().unwrap();
        self.desk.accept(agent, work.chat.unwrap()).await.unwrap();
        started
    }

    pub async fn visitor(&self, site: &Site, started: &Started) -> Visitor {
        self.desk.find_visitor(site.id, &started.token).await.unwrap().unwrap()
    }

    /// One number out of the database.
    pub async fn count(&self, sql: &'static str) -> i64 {
        if let Some(url) = &self.options.database_url {
            let pool = sqlx::PgPool::connect(url).await.unwrap();
            let n = sqlx::query_scalar(sql).fetch_one(&pool).await.unwrap();
            pool.close().await;
            n
        } else {
            let pool = sqlx::SqlitePool::connect(&self.database()).await.unwrap();
            let n = sqlx::query_scalar(sql).fetch_one(&pool).await.unwrap();
            pool.close().await;
            n
        }
    }

    /// Changes the database behind the desk's back, as a crash leaves it.
    pub async fn force(&self, sql: &'static str) {
        if let Some(url) = &self.options.database_url {
            let pool = sqlx::PgPool::connect(url).await.unwrap();
            sqlx::query(sql).execute(&pool).await.unwrap();
            pool.close().await;
        } else {
            let pool = sqlx::SqlitePool::connect(&self.database()).await.unwrap();
            sqlx::query(sql).execute(&pool).await.unwrap();
            pool.close().await;
        }
    }

    fn database(&self) -> String {
        format!("sqlite:{}", self.options.data_dir.join("ayuda.db").display())
    }

    /// The kept mails, oldest first, as they were written.
    pub fn kept(&self) -> Vec<String> {
        let Ok(entries) = std::fs::read_dir(self.options.data_dir.join("mail")) else {
            return vec![];
        };
        let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
        paths.sort();
        paths.iter().map(|path| std::fs::read_to_string(path).unwrap()).collect()
    }
}

/// Asks again until it is so; fails after ten seconds.
pub async fn until(what: &str, mut so: impl AsyncFnMut() -> bool) {
    for _ in 0..1_000 {
        if so().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("not within ten seconds: {what}");
}
