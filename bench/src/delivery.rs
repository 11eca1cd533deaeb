//! From the visitor's socket to the agent's: a thousand sockets, a thousand messages a second, at
//! an even pace whatever comes back.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use anyhow::Result;

use crate::Plan;
use crate::percentile::{Times, median};
use crate::server::{Kind, Server};
use crate::table::Table;
use crate::talk;

const SOCKETS: usize = 1000;
const EVERY: Duration = Duration::from_millis(1);

pub async fn measure(plan: &Plan, table: &mut Table) -> Result<()> {
    let (mut ayuda, mut floor) = (Vec::new(), Vec::new());
    for _ in 0..plan.runs {
        floor.push(once(plan, Kind::Floor).await?);
        ayuda.push(once(plan, Kind::Ayuda).await?);
    }
    let at = |runs: &[Times], share: f64| {
        median(&runs.iter().map(|times| times.percentile(share)).collect::<Vec<_>>())
    };
    for (share, name, limit) in [(0.5, "p50", 4.0), (0.99, "p99", 20.0)] {
        table.row(
            format!("delivery visitor to agent {name}, 1000 sockets, 1000/s"),
            format!("{:.1} ms", at(&ayuda, share)),
            format!("{:.1} ms", at(&floor, share)),
            format!("<= {limit} ms"),
            Some(at(&ayuda, share) <= limit),
        );
    }
    Ok(())
}

async fn once(plan: &Plan, kind: Kind) -> Result<Times> {
    let server = Server::start(kind, &plan.binary).await?;
    let total = usize::try_from(plan.seconds)? * 1000;
    let sent: Arc<Mutex<Vec<Instant>>> = Arc::default();
    let (agent, mut visitors) = crate::messages::introduce(&server, SOCKETS).await?;
    let listener = tokio::spawn(listen(agent, Arc::clone(&sent), total));
    let start = Instant::now();
    for index in 0..total {
        let due = start + EVERY * u32::try_from(index)?;
        tokio::time::sleep_until(due.into()).await;
        sent.lock().expect("nobody panics with it").push(Instant::now());
        visitors[index % SOCKETS].send(talk::say(&talk::id(), &format!("m{index} Hola"))).await?;
        // Acknowledgements of earlier messages are read when the turn comes round again.
        if index >= SOCKETS {
            visitors[index % SOCKETS].until(|frame| frame.starts_with(r#"{"ack":"#)).await?;
        }
    }
    tokio::time::timeout(Duration::from_secs(30), listener).await??
}

async fn listen(
    mut agent: talk::Talk,
    sent: Arc<Mutex<Vec<Instant>>>,
    total: usize,
) -> Result<Times> {
    let mut times = Times::default();
    while times.len() < total {
        let frame = agent.hear().await?;
        let now = Instant::now();
        let Some((_, rest)) = frame.split_once("\"text\":\"m") else { continue };
        if !frame.starts_with(r#"{"entry":"#) {
            continue;
        }
        let Some(index) = rest.split(' ').next().and_then(|index| index.parse::<usize>().ok())
        else {
            continue;
        };
        times.add(now - sent.lock().expect("nobody panics with it")[index]);
    }
    Ok(times)
}
