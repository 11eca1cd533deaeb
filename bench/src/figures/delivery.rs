//! From the visitor's socket to the agent's: a thousand sockets, a thousand messages a second, at an even pace whatever
//! comes back.

use crate::{
    client::{frames, socket::Socket},
    conversation::introduce,
    percentile::Times,
    plan::Plan,
    reading::{Reading, Target, Unit},
    server::{Server, Subject},
};
use anyhow::Result;
use std::{
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

pub const SOCKETS: usize = 1000;
const EVERY: Duration = Duration::from_millis(1);

pub async fn measure(plan: &Plan, subject: &Subject) -> Result<Vec<Reading>> {
    let server = Server::start(subject).await?;
    let times = deliver(plan.seconds, &[&server], &server).await?;
    let figures = [(0.5, "p50", 4.0), (0.99, "p99", 20.0)];
    let reading = |(share, name, most)| {
        let figure = format!("delivery visitor to agent {name}, {SOCKETS} sockets, 1000/s");
        Reading::new(figure, times.percentile(share), Unit::Milliseconds)
            .with_target(Target::AtMost(most))
    };
    Ok(figures.map(reading).into())
}

/// Visitors are spread over their servers, the agent is on one.
pub async fn deliver(seconds: u64, of_visitors: &[&Server], of_agent: &Server) -> Result<Times> {
    let total = usize::try_from(seconds)? * 1000;
    let sent: Arc<Mutex<Vec<Instant>>> = Arc::default();
    let (agent, mut visitors) = introduce(of_visitors, of_agent, SOCKETS).await?;
    let receiver = tokio::spawn(receive(agent, Arc::clone(&sent), total));
    let start = Instant::now();
    for index in 0..total {
        let due = start + EVERY * u32::try_from(index)?;
        tokio::time::sleep_until(due.into()).await;
        sent.lock().expect("nobody panics with it").push(Instant::now());
        let message = frames::message(&frames::new_id(), &format!("m{index} Hola"));
        visitors[index % SOCKETS].send(message).await?;
        // Acknowledgements of earlier messages are read when the turn comes round again.
        if index >= SOCKETS {
            visitors[index % SOCKETS].until(frames::is_acknowledgement).await?;
        }
    }
    tokio::time::timeout(Duration::from_secs(30), receiver).await??
}

/// The agent's end: a message's text tells when it was sent.
async fn receive(mut agent: Socket, sent: Arc<Mutex<Vec<Instant>>>, total: usize) -> Result<Times> {
    let mut times = Times::default();
    while times.len() < total {
        let frame = agent.receive().await?;
        let now = Instant::now();
        if !frames::is_entry(&frame) {
            continue;
        }
        let text = frames::text(&frame, "text").and_then(|text| text.strip_prefix('m'));
        let index = text.and_then(|text| text.split(' ').next()?.parse::<usize>().ok());
        if let Some(index) = index {
            times.add(now - sent.lock().expect("nobody panics with it")[index]);
        }
    }
    Ok(times)
}
