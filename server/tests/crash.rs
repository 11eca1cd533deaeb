//! The delivery contract under SIGKILL: the real binary is killed at random, fifty times and more, while visitors write.
//! At the end each acknowledged message is there exactly once, no ticket has a gap, and every mail was made exactly once.

#[path = "it/engines.rs"]
mod engines;
#[path = "it/http.rs"]
#[allow(dead_code, reason = "the forms need less of it than the other tests")]
mod http;

use desk::{
    Clock, Desk, Options,
    people::{NewAgent, Role},
};
use engines::{Engine, engines, new_database};
use futures_util::{SinkExt, StreamExt};
use http::Client;
use protocol::{
    EntryId, Seq, TicketToken,
    agent::{self, AgentCommand, AgentState},
    entry::{VisitorBody, VisitorEntry},
    form::Started,
    visitor::{self, VisitorCommand, VisitorEvent},
};
use std::{
    collections::{BTreeMap, HashMap, VecDeque},
    net::{SocketAddr, TcpListener},
    path::Path,
    process::{Child, Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::{net::TcpStream, time::timeout};
use tokio_tungstenite::{
    WebSocketStream, client_async,
    tungstenite::{Message, client::IntoClientRequest},
};

const KILLS: usize = 55;
const VISITORS: usize = 8;
/// Messages of a visitor that wait for their acknowledgement at once.
const IN_FLIGHT: usize = 16;
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
[[queues]]
name = "Soporte"
"#;

/// The binary with its data, killed and started again at will.
struct Server {
    folder: tempfile::TempDir,
    database_url: Option<String>,
    address: SocketAddr,
    child: Option<Child>,
}

impl Server {
    fn new(engine: Engine) -> Self {
        let address = TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr());
        Self {
            folder: tempfile::tempdir().expect("a folder"),
            database_url: new_database(engine),
            address: address.expect("a free port"),
            child: None,
        }
    }

    fn data_dir(&self) -> &Path {
        self.folder.path()
    }

    fn origin(&self) -> String {
        format!("http://localhost:{}", self.address.port())
    }

    /// A site and somebody Disponible; answers the session.
    async fn furnish(&self) -> String {
        let desk = Desk::open(Options {
            data_dir: self.data_dir().into(),
            database_url: self.database_url.clone(),
            public_url: self.origin(),
            smtp_url: None,
            mail_from: "Ayuda <ayuda@localhost>".into(),
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
        token.0
    }

    async fn start(&mut self) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ayuda"));
        command
            .env_clear()
            .arg("serve")
            .args(["--listen", &self.address.to_string(), "--log", "warn", "--data-dir"])
            .arg(self.data_dir())
            .current_dir(self.data_dir())
            .stdout(Stdio::null());
        if let Some(url) = &self.database_url {
            command.args(["--database-url", url]);
        }
        self.child = Some(command.spawn().expect("the binary starts"));
        let began = Instant::now();
        while TcpStream::connect(self.address).await.is_err() {
            assert!(began.elapsed() < Duration::from_secs(20), "the server does not listen");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// SIGKILL.
    fn kill(&mut self) {
        let mut child = self.child.take().expect("it runs");
        child.kill().expect("it can be killed");
        child.wait().expect("it is gone");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_acknowledged_survives_any_number_of_kills_exactly_once() {
    for engine in engines() {
        ride_out(engine).await;
    }
}

async fn ride_out(engine: Engine) {
    let mut server = Server::new(engine);
    let session = server.furnish().await;
    server.start().await;
    let world = Arc::new(World {
        address: server.address,
        origin: server.origin(),
        stop: AtomicBool::new(false),
        acked: AtomicUsize::new(0),
    });
    let console = tokio::spawn(keep_a_console(Arc::clone(&world), session));
    let visitors: Vec<_> =
        (0..VISITORS).map(|n| tokio::spawn(Visitor::new(n, Arc::clone(&world)).live())).collect();
    let mut acked = 0;
    for kill in 0..KILLS {
        // Now and then in the middle of the start, mostly under load.
        let patience = if kill % 8 == 7 { 0..30 } else { 150..650 };
        tokio::time::sleep(Duration::from_millis(rand::random_range(patience))).await;
        server.kill();
        server.start().await;
        acked = world.acked.load(Ordering::Relaxed).max(acked);
    }
    assert!(acked > 5 * KILLS, "the load was too light to mean anything: {acked} acknowledged");
    world.stop.store(true, Ordering::Relaxed);
    let mut asked_by = BTreeMap::new();
    let mut messages = 0;
    for visitor in visitors {
        let visitor = timeout(Duration::from_mins(1), visitor).await;
        let visitor = visitor.expect("everything is acknowledged in the end").expect("no panic");
        messages += visitor.check().await;
        if visitor.is_request() {
            asked_by.insert(visitor.email(), visitor.started().number.0.clone());
        }
    }
    console.abort();
    check_mail(&server.data_dir().join("mail"), &asked_by).await;
    eprintln!("{engine:?}: {KILLS} kills, {messages} messages, each there once");
}

struct World {
    address: SocketAddr,
    origin: String,
    stop: AtomicBool,
    acked: AtomicUsize,
}

impl World {
    fn is_stopping(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    async fn socket(
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
        let socket = timeout(Duration::from_secs(5), client_async(request, stream)).await.ok()?;
        Some(socket.ok()?.0)
    }
}

async fn keep_a_console(world: Arc<World>, session: String) {
    let cookie = format!("ayuda_session={session}");
    loop {
        if let Some(mut socket) = world.socket("/console/socket", agent::SUBPROTOCOL, &cookie).await
        {
            let hello = serde_json::to_string(&AgentCommand::Hello).expect("JSON");
            let _ = socket.send(Message::text(hello)).await;
            while let Some(Ok(_)) = socket.next().await {}
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// A client that keeps its end of the contract: an outbox, the same id again, and the last sequence it has.
struct Visitor {
    n: usize,
    world: Arc<World>,
    started: Option<Started>,
    first: EntryId,
    /// Not yet acknowledged, in order.
    outbox: VecDeque<EntryId>,
    acked: HashMap<EntryId, Seq>,
    last: Seq,
}

impl Visitor {
    fn new(n: usize, world: Arc<World>) -> Self {
        let first = Clock::System.new_entry_id();
        let (outbox, acked) = (VecDeque::new(), HashMap::new());
        Self { n, world, started: None, first, outbox, acked, last: Seq::START }
    }

    fn is_request(&self) -> bool {
        self.n.is_multiple_of(2)
    }

    fn email(&self) -> String {
        format!("v{}@example.com", self.n)
    }

    fn started(&self) -> &Started {
        self.started.as_ref().expect("it has started")
    }

    async fn live(mut self) -> Self {
        self.begin().await;
        while !(self.world.is_stopping() && self.outbox.is_empty()) {
            self.talk().await;
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        self
    }

    /// Sends its form until it is answered, always with the same id.
    async fn begin(&mut self) {
        while self.started.is_none() {
            tokio::time::sleep(Duration::from_millis(5)).await;
            let id = self.first.to_string();
            let email = self.email();
            let fields = [("id", id.as_str()), ("email", &email), ("message", "Hola")];
            let kind = if self.is_request() { "requests" } else { "chats" };
            let ask =
                Client(self.world.address).post(format!("/w/tienda/{kind}")).json().form(&fields);
            // The client panics when it is cut off: in a task of its own that is an answer too.
            let sent = timeout(Duration::from_secs(5), tokio::spawn(ask.send())).await;
            if let Ok(Ok(reply)) = sent
                && reply.status == 201
            {
                let started: Started = serde_json::from_slice(&reply.body).expect("a Started");
                self.acked.insert(started.id, started.seq);
                self.started = Some(started);
            }
        }
    }

    /// One connection's life.
    async fn talk(&mut self) -> Option<()> {
        let mut socket = self.world.socket("/w/tienda/socket", visitor::SUBPROTOCOL, "").await?;
        let hello = VisitorCommand::Hello { token: Some(self.token()), after: self.last };
        say(&mut socket, &hello).await?;
        loop {
            match hear(&mut socket).await? {
                VisitorEvent::Welcome { .. } => break,
                VisitorEvent::Refused { .. } => return None,
                VisitorEvent::Unknown { .. } => panic!("its token opens nothing any more"),
                _ => {}
            }
        }
        // Everything that was not acknowledged goes again, as it was.
        for id in self.outbox.clone() {
            self.send(&mut socket, id).await?;
        }
        loop {
            while self.outbox.len() < IN_FLIGHT && !self.world.is_stopping() {
                let id = Clock::System.new_entry_id();
                self.outbox.push_back(id);
                self.send(&mut socket, id).await?;
            }
            if self.outbox.is_empty() {
                return Some(());
            }
            match hear(&mut socket).await? {
                VisitorEvent::Ack { id, seq, .. } => {
                    let known = self.acked.insert(id, seq);
                    assert!(known.is_none_or(|known| known == seq), "one message, two places");
                    self.outbox.retain(|waiting| *waiting != id);
                    self.world.acked.fetch_add(1, Ordering::Relaxed);
                }
                VisitorEvent::Entries { entries, last } => {
                    self.read(&entries);
                    if self.last < last {
                        say(&mut socket, &VisitorCommand::Resume { after: self.last }).await?;
                    }
                }
                VisitorEvent::Entry { entry } if entry.seq == self.last.next() => {
                    self.last = entry.seq;
                }
                VisitorEvent::Entry { entry } if entry.seq > self.last => {
                    say(&mut socket, &VisitorCommand::Resume { after: self.last }).await?;
                }
                // A passing fault: the outbox tries again with the next connection.
                VisitorEvent::Refused { .. } => return None,
                _ => {}
            }
        }
    }

    fn read(&mut self, entries: &[VisitorEntry]) {
        for entry in entries {
            assert!(entry.seq <= self.last.next(), "a gap after {:?}: {:?}", self.last, entry.seq);
            self.last = self.last.max(entry.seq);
        }
    }

    async fn send(&self, socket: &mut WebSocketStream<TcpStream>, id: EntryId) -> Option<()> {
        let text = format!("mensaje {id}");
        say(socket, &VisitorCommand::Say { id, text, files: Vec::new() }).await
    }

    fn token(&self) -> TicketToken {
        self.started().token.clone()
    }

    /// The whole ticket as a newcomer reads it: gap-free, and each acknowledged message once, where it was said to be.
    async fn check(&self) -> usize {
        let mut all: Vec<VisitorEntry> = Vec::new();
        let mut socket = self
            .world
            .socket("/w/tienda/socket", visitor::SUBPROTOCOL, "")
            .await
            .expect("a socket");
        let hello = VisitorCommand::Hello { token: Some(self.token()), after: Seq::START };
        say(&mut socket, &hello).await.expect("it listens");
        loop {
            let event = hear(&mut socket).await.expect("it answers");
            let VisitorEvent::Entries { entries, last } = event else { continue };
            all.extend(entries);
            let after = all.last().map_or(Seq::START, |entry| entry.seq);
            if after >= last {
                break;
            }
            say(&mut socket, &VisitorCommand::Resume { after }).await.expect("it listens");
        }
        assert!(
            all.iter().zip(1..).all(|(entry, n)| entry.seq == Seq(n)),
            "a gap in visitor {}",
            self.n
        );
        let mut places: HashMap<EntryId, Vec<Seq>> = HashMap::new();
        for entry in &all {
            if matches!(entry.body, VisitorBody::Visitor { .. }) {
                places.entry(entry.id).or_default().push(entry.seq);
            }
        }
        for (id, seq) in &self.acked {
            assert_eq!(places.get(id), Some(&vec![*seq]), "message {id} of visitor {}", self.n);
        }
        assert!(places.values().all(|places| places.len() == 1));
        places.len()
    }
}

async fn say(socket: &mut WebSocketStream<TcpStream>, command: &VisitorCommand) -> Option<()> {
    socket.send(Message::text(serde_json::to_string(command).expect("JSON"))).await.ok()
}

/// The next event; none when the server is gone.
async fn hear(socket: &mut WebSocketStream<TcpStream>) -> Option<VisitorEvent> {
    loop {
        match timeout(Duration::from_secs(10), socket.next()).await.ok()?? {
            Ok(Message::Text(text)) => return serde_json::from_str(text.as_str()).ok(),
            Ok(_) => {}
            Err(_) => return None,
        }
    }
}

/// Each visitor who asked has one mail that it was received, whatever happened in between; no mail was made twice.
async fn check_mail(folder: &Path, asked_by: &BTreeMap<String, String>) {
    let began = Instant::now();
    let mut mails = read_mail(folder);
    let is_complete = |mails: &[Mail]| {
        asked_by.keys().all(|email| mails.iter().any(|mail| mail.to.contains(email)))
    };
    while !is_complete(&mails) && began.elapsed() < Duration::from_secs(20) {
        tokio::time::sleep(Duration::from_millis(100)).await;
        mails = read_mail(folder);
    }
    for (email, number) in asked_by {
        let theirs: Vec<&Mail> = mails.iter().filter(|mail| mail.to.contains(email)).collect();
        assert_eq!(theirs.len(), 1, "mails to {email}");
        assert!(theirs[0].subject.contains(number.as_str()), "{} for {number}", theirs[0].subject);
    }
    let mut by_id: BTreeMap<&str, usize> = BTreeMap::new();
    for mail in &mails {
        *by_id.entry(&mail.id).or_default() += 1;
    }
    assert!(by_id.values().all(|count| *count == 1), "a mail that was kept twice: {by_id:?}");
    let to_agents = mails.iter().filter(|mail| mail.to.contains("lucia@example.com")).count();
    assert!(to_agents >= asked_by.len(), "agents were told of {to_agents} requests");
}

struct Mail {
    to: String,
    subject: String,
    id: String,
}

fn read_mail(folder: &Path) -> Vec<Mail> {
    let Ok(files) = std::fs::read_dir(folder) else { return Vec::new() };
    files
        .filter_map(|file| Some(file.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|extension| extension == "eml"))
        .filter_map(|path| std::fs::read_to_string(path).ok())
        .map(|text| {
            let header = |name: &str| {
                let line = text.lines().find_map(|line| line.strip_prefix(name));
                line.unwrap_or_default().trim().to_owned()
            };
            Mail { to: header("To:"), subject: header("Subject:"), id: header("Message-ID:") }
        })
        .collect()
}
