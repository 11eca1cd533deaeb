//! Durable messages a second: sockets that each send a message, wait for the acknowledgement and send the next, while one
//! agent receives all of them.

use crate::{
    conversation::{Conversation, load},
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
    let conversation = Conversation::start(&server, sockets).await?;
    let before = server.processor_time()?;
    let load = load(conversation.visitors, Duration::from_secs(plan.seconds)).await?;
    // All that was acknowledged reaches the agent, or the figure is not one.
    let received = || conversation.received.load(Ordering::Relaxed);
    let behind = Instant::now();
    while received() < load.acknowledged.len() as u64 {
        let late = behind.elapsed() > Duration::from_secs(10);
        let sent = load.acknowledged.len();
        anyhow::ensure!(!late, "the agent received {} of {sent}", received());
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let spent = server.processor_time()?.saturating_sub(before);
    #[expect(clippy::cast_precision_loss, reason = "a count far below 2^52")]
    let each = spent.as_secs_f64() * 1e6 / received() as f64;
    let rate = format!("durable messages/s, {sockets} sockets to an agent");
    let p99 = Reading::new(
        format!("  ack p99, {sockets} sockets"),
        load.acknowledged.percentile(0.99),
        Unit::Milliseconds,
    );
    let processor = format!("  processor time of the server a message, {sockets} sockets");
    Ok([
        Reading::new(rate, load.per_second, Unit::PerSecond).with_target(Target::ShareOfFloor(0.5)),
        if sockets == 64 { p99.with_target(Target::AtMost(20.0)) } else { p99 },
        Reading::new(processor, each, Unit::Microseconds),
    ])
}
