//! A desk with a ticket, a file and a mail to ask about, and somebody who may.

use crate::identity::own_session;
use crate::world::{EMAIL, Engine, SITE, World, behind_a_proxy, http::Ask, started};
use desk::{console::ConsoleGuard, people::Agent};
use protocol::{
    FileId, MailId, TicketId,
    agent::{ForAgent, WorkItem, WorkView},
    form::Started,
};
use server::Declared;
use std::sync::atomic::{AtomicU32, Ordering};

pub struct Place {
    pub world: World,
    pub started: Started,
    pub ticket: TicketId,
    pub file: FileId,
    pub mail: MailId,
    /// Of an owner.
    pub session: String,
    /// Of a visitor who is signed in to their own tickets.
    own: String,
    asked: AtomicU32,
    _there: ConsoleGuard,
}

impl Place {
    pub async fn new(engine: Engine) -> Self {
        let world = World::with(engine, behind_a_proxy).await;
        // No frame waits for its turn.
        world.apply(&format!("{SITE}[limits]\nframe_burst = 0\n")).await;
        let (agent, there) = world.somebody_there().await;
        let (session, _) = world.agent(EMAIL).await;
        let file = file(&world).await;
        let mail = world.kept_mail(&agent).await.id;
        let started = world.start_chat("tienda", "Hola").await;
        let row = row(&world, &agent, &started).await;
        let ticket = row.ticket;
        let own = own_session(&world, "tienda").await;
        let asked = AtomicU32::new(0);
        Self { world, started, ticket, file, mail, session, own, asked, _there: there }
    }

    /// The address of a row, with this in place of what is in braces, where it is given.
    pub fn path(&self, row: &Declared, instead: Option<&str>) -> String {
        let mut path = row.path.to_owned();
        for (name, value) in [
            ("{site}", "tienda".to_owned()),
            ("{number}", self.started.number.0.clone()),
            ("{ticket}", self.ticket.to_string()),
            ("{mail}", self.mail.to_string()),
            ("{id}", self.file.to_string()),
            ("{page}", "1".to_owned()),
            ("{*path}", "nada".to_owned()),
        ] {
            path = path.replace(name, instead.unwrap_or(&value));
        }
        assert!(!path.contains('{'), "{path}: the walk does not know what to put in");
        path
    }

    /// The same request from whoever may ask, each from an address of their own: no rate is in the way.
    pub fn ask(&self, method: &'static str, path: String, cookies: &str) -> Ask {
        let n = self.asked.fetch_add(1, Ordering::Relaxed);
        let [_, a, b, c] = n.to_be_bytes();
        let ask = self.world.client.ask(method, path).bearer(&self.started.token.0);
        ask.header("x-forwarded-for", format!("10.{a}.{b}.{c}")).cookie(cookies)
    }

    /// Of the ticket's visitor and of the owner.
    pub fn cookies(&self) -> String {
        format!("ayuda_ticket={}; {}; {}", self.started.token.0, self.session, self.own)
    }
}

async fn file(world: &World) -> FileId {
    let fields = [("email", "ana@example.com"), ("message", "Con archivo")];
    let files: [(&str, &str, &[u8]); 1] = [("files", "notas.txt", b"notas")];
    let asked = world.client.post("/w/tienda/requests").json().multipart(&fields, &files);
    let request = started(&asked.send().await);
    let page = world.client.get(format!("/t/{}", request.number)).page();
    let page = page.cookie(&format!("ayuda_ticket={}", request.token.0)).send().await.text();
    let at = page.find("/files/").expect("the file's link") + "/files/".len();
    page[at..at + 36].parse().unwrap()
}

async fn row(world: &World, agent: &Agent, started: &Started) -> ForAgent<WorkItem> {
    let work = world.desk().worklist(agent, WorkView::Open, None).await.unwrap().items;
    work.into_iter().find(|row| row.number == started.number).expect("a row")
}
