//! Durable messages a second: sockets that each say something, wait for the acknowledgement and
//! say the next, while one agent hears all of it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::Result;
use tokio::task::JoinSet;

use crate::Plan;
use crate::http::Http;
use crate::percentile::{Times, median};
use crate::server::{Kind, Server};
use crate::table::{Table, thousands};
use crate::talk::{self, Talk};

/// One run at some number of sockets.
pub struct Run {
    pub per_second: f64,
    pub acknowledged: Times,
}

/// A run, and what the server's processor time came to.
struct Measured {
    run: Run,
    /// Microseconds a message, user and system.
    cpu: f64,
}

/// A chat a socket, all watched by one agent.
pub struct Conversation {
    pub visitors: Vec<Talk>,
    pub heard: Arc<AtomicU64>,
}

pub async fn measure(plan: &Plan, table: &mut Table) -> Result<()> {
    for sockets in [64, 1000] {
        let (mut ayuda, mut floor) = (Vec::new(), Vec::new());
        for _ in 0..plan.runs {
            floor.push(once(plan, Kind::Floor, sockets).await?);
            ayuda.push(once(plan, Kind::Ayuda, sockets).await?);
        }
        let middle = |runs: &[Measured], figure: fn(&Measured) -> f64| {
            median(&runs.iter().map(figure).collect::<Vec<_>>())
        };
        let rate = |runs: &[Measured]| middle(runs, |measured| measured.run.per_second);
        let p99 =
            |runs: &[Measured]| middle(runs, |measured| measured.run.acknowledged.percentile(0.99));
        let cpu = |runs: &[Measured]| middle(runs, |measured| measured.cpu);
        let share = rate(&ayuda) / rate(&floor);
        table.row(
            format!("durable messages/s, {sockets} sockets to an agent"),
            format!("{} ({share:.2} x)", thousands(rate(&ayuda))),
            thousands(rate(&floor)),
            ">= 0.5 x floor",
            Some(share >= 0.5),
        );
        table.row(
            format!("  ack p99, {sockets} sockets"),
            format!("{:.1} ms", p99(&ayuda)),
            format!("{:.1} ms", p99(&floor)),
            if sockets == 64 { "<= 20 ms" } else { "" },
            (sockets == 64).then(|| p99(&ayuda) <= 20.0),
        );
        table.row(
            format!("  processor time of the server a message, {sockets} sockets"),
            format!("{:.0} µs", cpu(&ayuda)),
            format!("{:.0} µs", cpu(&floor)),
            "",
            None,
        );
    }
    Ok(())
}

async fn once(plan: &Plan, kind: Kind, sockets: usize) -> Result<Measured> {
    let server = Server::start(kind, &plan.binary).await?;
    let conversation = converse(&server, sockets).await?;
    let before = server.processor_time()?;
    let run = load(conversation.visitors, Duration::from_secs(plan.seconds)).await?;
    // All that was acknowledged reaches the agent, or the figure is not one.
    let heard = || conversation.heard.load(Ordering::Relaxed);
    let behind = Instant::now();
    while heard() < run.acknowledged.len() as u64 {
        let late = behind.elapsed() > Duration::from_secs(10);
        anyhow::ensure!(!late, "the agent heard {} of {}", heard(), run.acknowledged.len());
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let spent = server.processor_time()?.saturating_sub(before);
    #[expect(clippy::cast_precision_loss, reason = "a count far below 2^52")]
    let cpu = spent.as_secs_f64() * 1e6 / heard() as f64;
    Ok(Measured { run, cpu })
}

/// Starts chats, has one agent take and watch them all, and counts what the agent hears.
pub async fn converse(server: &Server, sockets: usize) -> Result<Conversation> {
    let (mut agent, visitors) = introduce(server, sockets).await?;
    let heard = Arc::new(AtomicU64::new(0));
    let count = Arc::clone(&heard);
    tokio::spawn(async move {
        while let Ok(frame) = agent.hear().await {
            if frame.starts_with(r#"{"entry":"#) {
                count.fetch_add(1, Ordering::Relaxed);
            }
        }
    });
    Ok(Conversation { visitors, heard })
}

/// Chats that are started before the agent takes them: what its socket has to say meanwhile stays short.
const BATCH: usize = 250;

/// The agent's socket, and a visitor's for each chat; every chat is accepted and watched.
pub async fn introduce(server: &Server, sockets: usize) -> Result<(Talk, Vec<Talk>)> {
    let (mut agent, cookie) = server.agent().await?;
    let mut http = Http::connect(server.port).await?;
    let mut visitors = Vec::new();
    while visitors.len() < sockets {
        let batch = BATCH.min(sockets - visitors.len());
        for _ in 0..batch {
            let token = server.start_chat(&mut http, "Hola").await?;
            visitors.push(server.visitor(Some(&token)).await?);
        }
        if server.kind == Kind::Ayuda {
            take(&mut agent, &mut http, &cookie, batch).await?;
        }
    }
    Ok((agent, visitors))
}

/// Accepts and watches every chat that its socket tells of; there are so many.
async fn take(agent: &mut Talk, http: &mut Http, cookie: &str, waiting: usize) -> Result<()> {
    let mut chats = BTreeMap::new();
    while chats.len() < waiting {
        let row = agent.until(|frame| frame.starts_with(r#"{"work":"#)).await?;
        let ids = talk::text(&row, "ticket").zip(talk::text(&row, "chat"));
        if let Some((ticket, chat)) = ids.filter(|_| row.contains(r#""kind":"waiting_chat""#)) {
            chats.insert(ticket.to_owned(), chat.to_owned());
        }
    }
    for (ticket, chat) in chats {
        let form = format!("chat={chat}");
        let answer = http.post("/console/api/chats/accept", cookie, &form).await?;
        anyhow::ensure!(answer.status < 400, "accept: {} {}", answer.status, answer.body);
        agent.send(format!(r#"{{"watch":{{"ticket":"{ticket}","after":0}}}}"#)).await?;
        agent.until(|frame| frame.starts_with(r#"{"entries":"#) && frame.contains(&ticket)).await?;
    }
    Ok(())
}

/// Everybody talks as fast as acknowledgements come.
pub async fn load(visitors: Vec<Talk>, time: Duration) -> Result<Run> {
    // What comes first warms caches and the log up; it is not counted.
    let start = Instant::now() + Duration::from_millis(500);
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
                visitor.say(talk::LINE).await?;
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
    Ok(Run { per_second, acknowledged })
}
