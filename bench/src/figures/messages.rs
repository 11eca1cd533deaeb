//! Durable messages a second: sockets that each send a message, wait for the acknowledgement and send the next, while
//! one agent receives all of them.

use crate::{
    conversation::{Conversation, load},
    percentile::Times,
    plan::Plan,
    reading::{Reading, Target, Unit},
    server::{Server, Subject},
};
use anyhow::Result;
use std::{
    sync::atomic::Ordering,
    time::{Duration, Instant},
};

pub async fn measure(plan: &Plan, subject: &Subject) -> Result<Vec<Reading>> {
    let mut readings = Vec::new();
    for sockets in [64, 1000] {
        readings.extend(at(sockets, plan, subject).await?);
    }
    Ok(readings)
}

async fn at(sockets: usize, plan: &Plan, subject: &Subject) -> Result<[Reading; 3]> {
    let server = Server::start(subject).await?;
    let load = acknowledge(&[&server], sockets, plan.seconds).await?;
    let rate = format!("durable messages/s, {sockets} sockets to an agent");
    let p99 = Reading::new(
        format!("  ack p99, {sockets} sockets"),
        load.waits.percentile(0.99),
        Unit::Milliseconds,
    );
    Ok([
        Reading::new(rate, load.per_second, Unit::PerSecond).with_target(Target::ShareOfFloor(0.5)),
        if sockets == 64 { p99.with_target(Target::AtMost(20.0)) } else { p99 },
        processor_time(&format!("{sockets} sockets"), &load),
    ])
}

/// Messages as fast as acknowledgements came, all of which the agent received.
pub struct Acknowledged {
    pub per_second: f64,
    /// For the acknowledgements.
    pub waits: Times,
    /// Of the servers, from the first message to the last that reached the agent.
    spent: Duration,
    received: u64,
}

/// So many sockets, spread over the servers, send for so many seconds; the agent is on the last server.
pub async fn acknowledge(
    servers: &[&Server],
    sockets: usize,
    seconds: u64,
) -> Result<Acknowledged> {
    let conversation = Conversation::start(servers, sockets).await?;
    let used = || servers.iter().map(|server| server.processor_time()).sum::<Result<Duration>>();
    let before = used()?;
    let load = load(conversation.visitors, Duration::from_secs(seconds)).await?;
    // All that was acknowledged reaches the agent, or the figure is not one.
    let received = || conversation.received.load(Ordering::Relaxed);
    let behind = Instant::now();
    while received() < load.acknowledged.len() as u64 {
        let late = behind.elapsed() > Duration::from_secs(10);
        let sent = load.acknowledged.len();
        anyhow::ensure!(!late, "the agent received {} of {sent}", received());
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let spent = used()?.saturating_sub(before);
    let (per_second, waits) = (load.per_second, load.acknowledged);
    Ok(Acknowledged { per_second, waits, spent, received: received() })
}

/// What a message costs the servers.
pub fn processor_time(of: &str, load: &Acknowledged) -> Reading {
    #[expect(clippy::cast_precision_loss, reason = "a count far below 2^52")]
    let each = load.spent.as_secs_f64() * 1e6 / load.received as f64;
    let figure = format!("  processor time of the server a message, {of}");
    Reading::new(figure, each, Unit::Microseconds)
}
