//! A desk with two sites, an agent of the first and the console's router over it. All of it goes when the world is
//! dropped, also by a test that fails.

#[path = "../../../testing/engines.rs"]
mod engines;
#[path = "../../../testing/on_both.rs"]
mod on_both;

pub use engines::Engine;
pub(crate) use on_both::on_both;

use app::ssr::{ConsoleAssets, Nonce, router};
use axum::{
    Router,
    body::{Body, to_bytes},
    http::{Request, StatusCode, header},
};
use desk::{
    Clock, Desk, Options,
    people::{Agent, NewAgent, Role},
    tickets::NewChat,
};
use engines::Database;
use protocol::{
    TicketId,
    agent::{WorkKind, WorkView},
    text::{ChatText, PersonName},
};
use tempfile::TempDir;
use tower::ServiceExt;

pub const NONCE: &str = "bm9uY2U";

pub struct World {
    pub desk: Desk,
    pub agent: Agent,
    pub router: Router,
    // The last two: nothing may want them any more.
    _folder: TempDir,
    _database: Option<Database>,
}

impl World {
    pub async fn new(engine: Engine) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let database = Database::new(engine);
        let desk = Desk::open(Options {
            data_dir: folder.path().to_owned(),
            database_url: database.as_ref().map(|database| database.url.clone()),
            listen_url: None,
            database_connections: desk::Connections::default(),
            secret_key: None,
            files: None,
            public_url: "http://localhost:3000".into(),
            smtp_url: None,
            mail_from: "Ayuda <ayuda@localhost>".into(),
            disk_floor: Options::DISK_FLOOR,
            node_lease: Options::NODE_LEASE,
            clock: Clock::System,
        })
        .await
        .unwrap();
        for key in ["uno", "dos"] {
            desk.apply_site(&site(key)).await.unwrap();
        }
        let agent = agent(&desk, "lucia@example.com", "uno").await;
        let assets = ConsoleAssets {
            css_url: "/assets/console.1.css".into(),
            script_url: "/assets/console.1.js".into(),
            wasm_url: "/assets/console.1.wasm".into(),
            font_url: "/assets/fonts/text.1.woff2".into(),
        };
        let router = router(desk.clone(), assets);
        Self { desk, agent, router, _folder: folder, _database: database }
    }

    /// A visitor of a site starts a chat; answers its ticket as that site's agents see it.
    pub async fn chat(&self, site: &str, by: &Agent, name: &str, text: &str) -> TicketId {
        let guard = self.desk.console_connected(by.id);
        self.desk.set_agent_state(by.id, protocol::agent::AgentState::Available).await.unwrap();
        let site = self.desk.find_site(&protocol::SiteKey(site.into())).unwrap();
        let started = self
            .desk
            .start_chat(
                &site,
                NewChat {
                    id: self.desk.clock().new_entry_id(),
                    name: Some(PersonName::parse(name).unwrap()),
                    email: None,
                    subject: None,
                    queue: None,
                    text: ChatText::parse(text).unwrap(),
                    page: protocol::PageUrl::parse("https://example.com/precios?plan=1"),
                    lang: "es".into(),
                    zone: None,
                    client: None,
                    identity: None,
                },
            )
            .await
            .unwrap();
        drop(guard);
        let work = self.desk.worklist(by, WorkView::Open, None).await.unwrap().items;
        let row = work.iter().find(|row| row.number == started.number).unwrap();
        assert_eq!(row.kind, WorkKind::WaitingChat);
        row.ticket
    }

    /// The page, as the signed-in agent.
    pub async fn page(&self, path: &str) -> (StatusCode, String) {
        let request =
            Request::get(path).extension(self.agent.clone()).extension(Nonce(NONCE.into()));
        self.send(request.body(Body::empty()).unwrap()).await
    }

    /// A server function, as this agent or as nobody.
    pub async fn call(
        &self,
        name: &str,
        agent: Option<&Agent>,
        form: &str,
    ) -> (StatusCode, String) {
        let mut request = Request::post(format!("/console/api/{name}"))
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(header::ACCEPT, "application/json");
        if let Some(agent) = agent {
            request = request.extension(agent.clone());
        }
        self.send(request.body(Body::from(form.to_owned())).unwrap()).await
    }

    pub async fn send(&self, request: Request<Body>) -> (StatusCode, String) {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let status = response.status();
        let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
        (status, String::from_utf8(body.to_vec()).unwrap())
    }
}

pub async fn agent(desk: &Desk, email: &str, site: &str) -> Agent {
    let password = "una frase larga";
    desk.create_agent(NewAgent {
        email: email.into(),
        name: "Lucía Medina".into(),
        role: Role::Agent,
        sites: vec![site.into()],
        queues: vec![],
        password: Some(password.into()),
    })
    .await
    .unwrap();
    let token = desk.sign_in(email, password).await.unwrap();
    desk.find_session(&token.0).await.unwrap().unwrap()
}

fn site(key: &str) -> String {
    let hours = r#"[["00:00", "24:00"]]"#;
    let week = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
        .map(|day| format!("{day} = {hours}"))
        .join(", ");
    format!(
        "key = \"{key}\"\nname = \"Sitio {key}\"\nprefix = \"{}\"\nlang = \"es\"\n[schedule]\nzone = \"UTC\"\nweekly = {{ {week} }}\n[[queues]]\nname = \"Soporte general\"\n",
        key.to_uppercase()
    )
}
