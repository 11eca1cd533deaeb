//! Memory over idle while many clients send long forms and do not come to an end, and what is left of it ten seconds
//! after they are gone.

use crate::{
    reading::{Reading, Target, Unit},
    server::{SITE, Server, Subject},
};
use anyhow::Result;
use std::time::Duration;
use tokio::{
    io::AsyncWriteExt as _,
    net::TcpStream,
    task::JoinSet,
    time::{Instant, sleep},
};

/// Clients at once: as many as were seen to exhaust a server without bounds.
const CLIENTS: usize = 1500;
/// Of the longest form that is taken, all but its end.
const SENT: usize = 250 * 1024;
/// Nothing is on its way any more.
const SETTLED: Duration = Duration::from_secs(2);
/// They stay for so long after all is sent.
const STAYING: Duration = Duration::from_secs(5);
const SAMPLE: Duration = Duration::from_millis(20);
/// And then it is given back within this.
const GIVEN_BACK: Duration = Duration::from_secs(10);

pub async fn measure(subject: &Subject) -> Result<Vec<Reading>> {
    let server = Server::start(subject).await?;
    if !server.is_product() {
        return Ok(Vec::new());
    }
    sleep(SETTLED).await;
    let idle = server.resident()?;
    let mut clients = JoinSet::new();
    for _ in 0..CLIENTS {
        clients.spawn(send(server.port));
    }
    let mut most = idle;
    let mut sent = Vec::new();
    let mut end = None;
    while end.is_none_or(|end| Instant::now() < end) {
        while let Some(one) = clients.try_join_next() {
            // Whoever is refused is one of those that it is about.
            sent.extend(one?.ok());
        }
        if clients.is_empty() && end.is_none() {
            end = Some(Instant::now() + STAYING);
        }
        most = most.max(server.resident()?);
        sleep(SAMPLE).await;
    }
    drop(sent);
    sleep(GIVEN_BACK).await;
    let left = server.resident()?;
    let over = |resident: f64| (resident - idle).max(0.0) / 1024.0;
    let figure = format!("memory over idle, {CLIENTS} forms of {} KB that do not end", SENT / 1024);
    Ok(vec![
        Reading::new(figure, over(most), Unit::Mib),
        Reading::new("  10 s after they are gone", over(left), Unit::Mib)
            .with_target(Target::AtMost(64.0)),
    ])
}

/// A form without its last byte.
async fn send(port: u16) -> Result<TcpStream> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await?;
    let head = format!(
        "POST /w/{SITE}/requests HTTP/1.1\r\nhost: localhost:{port}\r\norigin: http://localhost:{port}\r\n\
         sec-fetch-site: same-origin\r\ncontent-type: application/x-www-form-urlencoded\r\n\
         content-length: {}\r\n\r\nemail=marta%40example.com&message=",
        SENT + 1
    );
    let body = "a".repeat(SENT - "email=marta%40example.com&message=".len());
    stream.write_all((head + &body).as_bytes()).await?;
    Ok(stream)
}
