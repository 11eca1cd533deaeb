//! Memory over idle while sockets ask again and again for all of a long ticket, half of them without reading what they
//! get, and what is left of it ten seconds after they are gone.

use crate::{
    client::{frames, http::Http, socket::Socket},
    reading::{Reading, Target, Unit},
    server::{SITE, Server, Subject},
};
use anyhow::{Context, Result};
use std::time::Duration;
use tokio::{
    task::JoinSet,
    time::{Instant, sleep},
};

const SOCKETS: usize = 64;
/// What each asks for at once, several times over.
const QUESTIONS: usize = 64;
/// Messages of the ticket, the longest that there are: 80 KB each.
const MESSAGES: usize = 100;
const CHARACTERS: usize = 20_000;
/// Nothing is on its way any more.
const SETTLED: Duration = Duration::from_secs(2);
/// They ask for so long.
const ASKING: Duration = Duration::from_secs(5);
const SAMPLE: Duration = Duration::from_millis(20);
/// And then it is given back within this.
const GIVEN_BACK: Duration = Duration::from_secs(10);

pub async fn measure(subject: &Subject) -> Result<Vec<Reading>> {
    let mut server = Server::start(subject).await?;
    if !server.is_product() {
        return Ok(Vec::new());
    }
    let token = long_ticket(&server).await?;
    // What writing the ticket left in memory is not idle.
    server.restart().await?;
    sleep(SETTLED).await;
    let idle = server.resident()?;
    let mut sockets = Vec::new();
    for _ in 0..SOCKETS {
        let path = format!("/w/{SITE}/socket");
        let mut socket = Socket::open(server.port, &path, "ayuda.visitor.1", "").await?;
        socket.send(frames::visitor_hello(Some(&token))).await?;
        for _ in 0..QUESTIONS {
            socket.send(frames::resume()).await?;
        }
        sockets.push(socket);
    }
    // Half of them read, and ask again.
    let mut readers = JoinSet::new();
    for mut socket in sockets.split_off(SOCKETS / 2) {
        readers.spawn(async move {
            while socket.receive().await.is_ok() && socket.send(frames::resume()).await.is_ok() {}
        });
    }
    let mut most = idle;
    let end = Instant::now() + ASKING;
    while Instant::now() < end {
        most = most.max(server.resident()?);
        sleep(SAMPLE).await;
    }
    readers.shutdown().await;
    drop(sockets);
    sleep(GIVEN_BACK).await;
    let left = server.resident()?;
    let over = |resident: f64| (resident - idle).max(0.0) / 1024.0;
    Ok(vec![
        Reading::new(
            format!("memory over idle, {SOCKETS} sockets ask for everything"),
            over(most),
            Unit::Mib,
        )
        .with_target(Target::AtMost(64.0)),
        Reading::new("  10 s after they are gone", over(left), Unit::Mib)
            .with_target(Target::AtMost(16.0)),
    ])
}

/// The token of a request with replies.
async fn long_ticket(server: &Server) -> Result<String> {
    let mut http = Http::connect(server.port).await?;
    let text = "%F0%9F%99%82".repeat(CHARACTERS);
    let form = format!("email=marta%40example.com&message={text}");
    let asked = http.post(&format!("/w/{SITE}/requests"), "", &form).await?;
    anyhow::ensure!(asked.status == 201, "a request: {} {}", asked.status, asked.body);
    let token = frames::text(&asked.body, "token").context("no token")?.to_owned();
    let number = frames::text(&asked.body, "number").context("no number")?;
    let cookie = format!("cookie: ayuda_ticket={token}\r\n");
    for _ in 1..MESSAGES {
        let form = format!("id={}&message={text}", frames::new_id());
        let reply = http.post(&format!("/t/{number}"), &cookie, &form).await?;
        anyhow::ensure!(reply.status == 201, "a reply: {} {}", reply.status, reply.body);
    }
    Ok(token)
}
