//! Visitors and the agent who takes and watches all their chats.

use crate::{
    client::{
        frames::{self, LINE},
        http::Http,
        socket::Socket,
    },
    percentile::Times,
    server::{EMAIL, PASSWORD, SITE, Server},
};
use anyhow::{Context, Result, bail};
use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::task::JoinSet;

/// Chats that are started before the agent takes them: what its socket has to send meanwhile stays short.
const BATCH: usize = 250;
/// What comes first warms caches and the log up; it is not counted.
const WARM_UP: Duration = Duration::from_millis(500);

/// A chat a socket, all watched by one agent.
pub struct Conversation {
    pub visitors: Vec<Socket>,
    /// Entries that reached the agent.
    pub received: Arc<AtomicU64>,
}

impl Conversation {
    /// Starts chats on all of the servers, has one agent, on the last of them, take and watch them all, and counts what
    /// the agent receives.
    pub async fn start(servers: &[&Server], sockets: usize) -> Result<Self> {
        let last = servers.last().context("a server")?;
        let (mut agent, visitors) = introduce(servers, last, sockets).await?;
        let received = Arc::new(AtomicU64::new(0));
        let count = Arc::clone(&received);
        tokio::spawn(async move {
            while let Ok(frame) = agent.receive().await {
                if frames::is_entry(&frame) {
                    count.fetch_add(1, Ordering::Relaxed);
                }
            }
        });
        Ok(Self { visitors, received })
    }
}

/// Messages of everybody, as fast as acknowledgements came.
pub struct Load {
    pub per_second: f64,
    pub acknowledged: Times,
}

/// Everybody sends a message, waits for its acknowledgement and sends the next, for so long.
pub async fn load(visitors: Vec<Socket>, time: Duration) -> Result<Load> {
    let start = Instant::now() + WARM_UP;
    let end = start + time;
    let mut tasks = JoinSet::new();
    for mut visitor in visitors {
        tasks.spawn(async move {
            let mut times = Times::default();
            loop {
                let sent = Instant::now();
                if sent >= end {
                    return anyhow::Ok(times);
                }
                visitor.send_message(LINE).await?;
                if sent >= start {
                    times.add(sent.elapsed());
                }
            }
        });
    }
    let mut acknowledged = Times::default();
    while let Some(times) = tasks.join_next().await {
        acknowledged.append(times??);
    }
    #[expect(clippy::cast_precision_loss, reason = "a count far below 2^52")]
    let per_second = acknowledged.len() as f64 / time.as_secs_f64();
    Ok(Load { per_second, acknowledged })
}

/// The agent's socket, and a visitor's for each chat, in turn on one of their servers; every chat is accepted and
/// watched.
pub async fn introduce(
    of_visitors: &[&Server],
    of_agent: &Server,
    sockets: usize,
) -> Result<(Socket, Vec<Socket>)> {
    let (mut agent, cookie) = agent(of_agent).await?;
    let mut agents = Http::connect(of_agent.port).await?;
    let mut ways = Vec::new();
    for server in of_visitors {
        ways.push((*server, Http::connect(server.port).await?));
    }
    let mut visitors = Vec::new();
    while visitors.len() < sockets {
        let batch = BATCH.min(sockets - visitors.len());
        for _ in 0..batch {
            let turn = visitors.len() % ways.len();
            let (server, http) = &mut ways[turn];
            let token = start_chat(server, http, "Hola").await?;
            visitors.push(visitor(server, Some(&token)).await?);
        }
        if of_agent.is_product() {
            take(&mut agent, &mut agents, &cookie, batch).await?;
        }
    }
    Ok((agent, visitors))
}

/// Accepts and watches every chat that the agent's socket tells of; there are so many.
async fn take(agent: &mut Socket, http: &mut Http, cookie: &str, waiting: usize) -> Result<()> {
    let mut chats = BTreeMap::new();
    while chats.len() < waiting {
        let row = agent.until(|frame| frames::waiting_chat(frame).is_some()).await?;
        if let Some((ticket, chat)) = frames::waiting_chat(&row) {
            chats.insert(ticket.to_owned(), chat.to_owned());
        }
    }
    for (ticket, chat) in chats {
        let form = format!("chat={chat}");
        let answer = http.post("/console/api/chats/accept", cookie, &form).await?;
        anyhow::ensure!(answer.status < 400, "accept: {} {}", answer.status, answer.body);
        agent.send(frames::watch(&ticket)).await?;
        agent.until(|frame| frames::is_entries_of(frame, &ticket)).await?;
    }
    Ok(())
}

/// The agent's socket, Disponible and welcomed, and the session as a `cookie` header.
pub async fn agent(server: &Server) -> Result<(Socket, String)> {
    if !server.is_product() {
        return Ok((Socket::open(server.port, "/agent", "bench", "").await?, String::new()));
    }
    let (socket, cookie) = console(server, EMAIL).await?;
    let mut http = Http::connect(server.port).await?;
    for _ in 0..100 {
        if http.get(&format!("/w/{SITE}/status"), "").await?.body.contains("\"open\":true") {
            return Ok((socket, cookie));
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    bail!("the site did not open")
}

/// The socket of this agent's console, welcomed and Disponible, and the session as a `cookie` header.
pub async fn console(server: &Server, email: &str) -> Result<(Socket, String)> {
    let cookie = sign_in_as(server, email).await?;
    let mut socket = Socket::open(server.port, "/console/socket", "ayuda.agent.1", &cookie).await?;
    socket.send(frames::AGENT_HELLO.to_owned()).await?;
    socket.until(frames::is_agent_welcome).await?;
    let mut http = Http::connect(server.port).await?;
    set_state(&mut http, &cookie, "available").await?;
    Ok((socket, cookie))
}

/// `available` or `away`.
pub async fn set_state(http: &mut Http, cookie: &str, state: &str) -> Result<()> {
    let answer = http.post("/console/api/state", cookie, &format!("state={state}")).await?;
    anyhow::ensure!(answer.status < 400, "the agent's state: {} {}", answer.status, answer.body);
    Ok(())
}

/// A session of the agent, as a `cookie` header.
pub async fn sign_in(server: &Server) -> Result<String> {
    sign_in_as(server, EMAIL).await
}

async fn sign_in_as(server: &Server, email: &str) -> Result<String> {
    let form = format!("email={email}&password={}", PASSWORD.replace(' ', "+"));
    let answer = Http::connect(server.port).await?.post("/console/sign-in", "", &form).await?;
    let cookie = answer
        .header("set-cookie")
        .with_context(|| format!("sign-in answered {} {}", answer.status, answer.body))?;
    let cookie = cookie.split(';').next().unwrap_or_default();
    Ok(format!("cookie: {cookie}\r\n"))
}

/// A new chat's token.
pub async fn start_chat(server: &Server, http: &mut Http, message: &str) -> Result<String> {
    let path = if server.is_product() { format!("/w/{SITE}/chats") } else { "/chats".to_owned() };
    let id = frames::new_id();
    let form = format!(
        "id={id}&name=Marta&message={message}&page=http%3A%2F%2Flocalhost%2F&lang=es&zone=UTC"
    );
    let answer = http.post(&path, "", &form).await?;
    if answer.status != 201 {
        bail!("a chat was refused: {} {}", answer.status, answer.body);
    }
    frames::text(&answer.body, "token").map(str::to_owned).context("no token")
}

/// A visitor's socket on a ticket, or on none, welcomed.
pub async fn visitor(server: &Server, token: Option<&str>) -> Result<Socket> {
    let path = if server.is_product() { format!("/w/{SITE}/socket") } else { "/socket".to_owned() };
    let mut socket = Socket::open(server.port, &path, "ayuda.visitor.1", "").await?;
    socket.send(frames::visitor_hello(token)).await?;
    socket.until(frames::is_visitor_welcome).await?;
    Ok(socket)
}
