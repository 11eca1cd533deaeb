//! What the walk goes through: a site with two queues, another site, and tickets whose every word is a canary.

use super::people::{SignedIn, Who};
use crate::{
    identity::own_session,
    world::{World, eventually, started},
};
use desk::{
    console::{ConsoleGuard, HandoverTarget},
    mail::{KeptMail, MailState},
    people::Agent,
};
use protocol::{
    ChatId, FileId, MailId, Role, Seq, SiteKey, TicketId,
    agent::{AgentState, Conversation, WorkView},
    form::Started,
};
use std::{
    collections::BTreeMap,
    process::Command,
    sync::atomic::{AtomicU32, Ordering},
};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
};

const SITE: &str = r#"
key = "casa"
name = "La Casa"
prefix = "CNR"
lang = "es"
[schedule]
zone = "America/Mexico_City"
weekly = { mon = [["09:00", "18:00"]] }
[limits]
ring_time = "1d"
capacity = 1000
[[queues]]
name = "Facturas"
[[queues]]
name = "Soporte"
"#;

/// Whatever a visitor gave of a ticket holds it.
const CANARY: &str = "canario";
/// As every ticket's number begins.
const NUMBER: &str = "cnr-1";

/// What was not as it should be: a walk goes on to its end and then tells all of it.
#[derive(Default)]
pub struct Wrong(Vec<String>);

impl Wrong {
    pub fn unless(&mut self, is_right: bool, what: impl FnOnce() -> String) {
        if !is_right {
            self.0.push(what());
        }
    }

    #[track_caller]
    pub fn tell(self) {
        assert!(self.0.is_empty(), "{} wrong:\n{}", self.0.len(), self.0.join("\n"));
    }
}

/// Whether anything of a ticket of the site is in these bytes.
pub fn has_canary(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes).to_lowercase();
    text.contains(CANARY) || text.contains(NUMBER)
}

pub struct Walk {
    pub world: World,
    /// A cookie from before its agent was disabled.
    pub disabled: String,
    pub other_ticket: Started,
    /// The cookie of a visitor who is signed in to their own tickets.
    pub own: String,
    pub other_sites_ticket: Started,
    people: BTreeMap<Who, SignedIn>,
    count: AtomicU32,
    /// An agent of the other queue is there: the site is open, and nothing of the first queue rings but what is handed
    /// to them.
    pub there: SignedIn,
    _console: ConsoleGuard,
}

/// A ticket of the first queue.
pub struct Place {
    pub started: Started,
    pub ticket: TicketId,
    pub chat: Option<ChatId>,
    /// What its visitor wrote.
    pub text: String,
}

/// A help request, with a file and a mail that its relay refused for good.
pub struct Request {
    pub place: Place,
    pub file: FileId,
    pub mail: MailId,
}

impl Walk {
    pub async fn new(mut world: World) -> Self {
        let relay = refusing_relay().await;
        world.stop().await;
        world.settings.smtp_url = Some(relay);
        world.start_again().await;
        world.apply(SITE).await;
        world.apply(&SITE.replace("casa", "otra").replace("CNR", "OT")).await;
        let mut people = BTreeMap::new();
        for who in Who::agents() {
            let role = who.role().unwrap();
            let (site, queue) = match who {
                Who::Agent => ("casa", Some("Facturas")),
                Who::OtherQueuesAgent => ("casa", Some("Soporte")),
                Who::OtherSitesAgent | Who::OtherSitesOwner => ("otra", None),
                _ => ("casa", None),
            };
            let signed_in = SignedIn::new(&world, &format!("{who:?}"), role, site, queue).await;
            // Nothing rings at them: the walk gives them their chats.
            let id = signed_in.agent.id;
            world.desk().set_agent_state(id, AgentState::Away).await.unwrap();
            people.insert(who, signed_in);
        }
        let there = SignedIn::new(&world, "there", Role::Agent, "casa", Some("Soporte")).await;
        let console = world.desk().console_connected(there.agent.id);
        world.until(|| world.is_open("casa")).await;
        let disabled =
            SignedIn::new(&world, "disabled", Role::Agent, "casa", Some("Facturas")).await.cookie;
        disable(&world, "disabled@example.com", &disabled).await;
        // Without one, nobody could sign anything.
        world.desk().site_secret(&SiteKey("casa".into())).await.unwrap();
        let other_ticket = world.ask("casa", "Otra cosa").await;
        let other_sites_ticket = world.ask("otra", "De otro sitio").await;
        let own = own_session(&world, "casa").await;
        let count = AtomicU32::new(0);
        Self {
            world,
            disabled,
            other_ticket,
            own,
            other_sites_ticket,
            people,
            count,
            there,
            _console: console,
        }
    }

    pub fn signed_in(&self, who: Who) -> &SignedIn {
        self.people.get(&who).unwrap_or_else(|| panic!("{who:?} has no session"))
    }

    pub fn owner(&self) -> &Agent {
        &self.signed_in(Who::Owner).agent
    }

    /// A chat that waits and rings at nobody.
    pub async fn waiting_chat(&self) -> Place {
        let (email, text) = self.words();
        let fields = [("name", CANARY), ("email", &email), ("message", &text)];
        let post = self.world.client.post("/w/casa/chats").json().form(&fields);
        self.place(started(&post.send().await), text).await
    }

    /// A chat of this person's where they may see it, else of the queue's agent.
    pub async fn active_chat(&self, who: Who) -> Place {
        let place = self.waiting_chat().await;
        let agent = self.who_talks(who);
        self.world.desk().accept(agent, place.chat.unwrap()).await.unwrap();
        place
    }

    /// The same, which its agent has asked another to take over.
    pub async fn asked_chat(&self, who: Who) -> Place {
        let place = self.active_chat(who).await;
        let to = HandoverTarget::Agent(self.there.agent.id);
        let agent = self.who_talks(who);
        self.world.desk().ask_transfer(agent, place.ticket, to, None).await.unwrap();
        place
    }

    /// The same once the other has taken it over.
    pub async fn transferred_chat(&self, who: Who) -> Place {
        let place = self.asked_chat(who).await;
        let (desk, there) = (self.world.desk(), &self.there.agent);
        let chat = place.chat.expect("a chat");
        let offer = eventually(async || desk.find_offer(there, chat).await.unwrap()).await;
        desk.accept_offer(there, chat, offer.offer.expect("its id")).await.unwrap();
        place
    }

    /// This person where they may see the ticket, else the queue's agent.
    fn who_talks(&self, who: Who) -> &Agent {
        &self.signed_in(if who.may_see_ticket() { who } else { Who::Agent }).agent
    }

    pub async fn request(&self) -> Request {
        let (email, text) = self.words();
        let fields = [("name", CANARY), ("email", &email), ("message", &text)];
        let files: [(&str, &str, &[u8]); 1] = [("files", "canario.txt", CANARY.as_bytes())];
        let post = self.world.client.post("/w/casa/requests").json().multipart(&fields, &files);
        let place = self.place(started(&post.send().await), text).await;
        let page = self.world.client.get(format!("/t/{}", place.started.number)).page();
        let page = page.cookie(&format!("ayuda_ticket={}", place.started.token.0));
        let page = page.send().await.text();
        let at = page.find("/files/").expect("the file's link") + "/files/".len();
        let file = page[at..at + 36].parse().unwrap();
        let mail = eventually(async || {
            let mails = self.world.desk().mails(self.owner(), None).await.unwrap().mails;
            let is_it = |mail: &KeptMail| mail.to == email && mail.state == MailState::Parked;
            mails.into_iter().find(|mail| is_it(mail)).map(|mail| mail.id)
        })
        .await;
        Request { place, file, mail }
    }

    /// How the ticket looks to its owner. How many entries it has is left out: those of mails that were given up come
    /// by themselves.
    pub async fn look(&self, place: &Place) -> Conversation {
        let head = self.world.desk().conversation(self.owner(), place.ticket).await.unwrap();
        Conversation { last: Seq::START, ..head.into_inner() }
    }

    /// An address and a text of their own.
    fn words(&self) -> (String, String) {
        let n = self.count.fetch_add(1, Ordering::Relaxed);
        (format!("{CANARY}{n}@example.com"), format!("Un {CANARY}, el {n}."))
    }

    async fn place(&self, started: Started, text: String) -> Place {
        let mut after = None;
        let row = loop {
            let page = self.world.desk().worklist(self.owner(), WorkView::Open, after).await;
            let page = page.unwrap();
            if let Some(row) = page.items.into_iter().find(|row| row.number == started.number) {
                break row;
            }
            after = Some(page.next.expect("a row"));
        };
        Place { started, ticket: row.ticket, chat: row.chat, text }
    }
}

/// As an operator does it, in a process of its own; comes back when this one knows of it.
async fn disable(world: &World, email: &str, cookie: &str) {
    let mut ayuda = Command::new(env!("CARGO_BIN_EXE_ayuda"));
    ayuda.args(["agent", "disable", email]).env("AYUDA_DATA_DIR", &world.settings.data_dir);
    if let Some(url) = &world.settings.database_url {
        ayuda.env("AYUDA_DATABASE_URL", url);
    }
    let output = ayuda.output().expect("the binary");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    eventually(async || {
        let reply = world.client.get("/console/socket").cookie(cookie).send().await;
        (reply.status == 401).then_some(())
    })
    .await;
}

/// A relay that takes no recipient, for good: mail for it is given up at once.
async fn refusing_relay() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(refuse(stream));
        }
    });
    format!("smtp://127.0.0.1:{port}?tls=none")
}

async fn refuse(stream: TcpStream) -> std::io::Result<()> {
    let mut stream = BufReader::new(stream);
    stream.write_all(b"220 relay\r\n").await?;
    let mut line = String::new();
    while stream.read_line(&mut line).await? > 0 {
        let answer: &[u8] =
            if line.starts_with("RCPT") { b"550 nobody\r\n" } else { b"250 ok\r\n" };
        stream.write_all(answer).await?;
        line.clear();
    }
    Ok(())
}
