//! Resident memory: of a server that waits, with thousands of idle visitors, and by the socket.

use crate::{
    conversation::visitor,
    plan::Plan,
    reading::{Reading, Target, Unit},
    server::{Server, Subject},
};
use anyhow::Result;
use std::{sync::Arc, time::Duration};
use tokio::task::JoinSet;

/// Sockets opened at the same time.
const AT_ONCE: usize = 64;
/// After that nothing is on its way any more.
const SETTLED: Duration = Duration::from_secs(2);

pub async fn measure(plan: &Plan, subject: &Subject) -> Result<Vec<Reading>> {
    let server = Arc::new(Server::start(subject).await?);
    tokio::time::sleep(SETTLED).await;
    let idle = server.resident()?;
    // The server keeps a quarter back for itself.
    let wanted = plan.idle.min(descriptors()? / 4 * 3 - AT_ONCE);
    let mut opening = JoinSet::new();
    for share in 0..AT_ONCE {
        let server = Arc::clone(&server);
        opening.spawn(async move {
            let mut sockets = Vec::new();
            for _ in (share..wanted).step_by(AT_ONCE) {
                sockets.push(visitor(&server, None).await?);
            }
            anyhow::Ok(sockets)
        });
    }
    let mut sockets = Vec::new();
    while let Some(opened) = opening.join_next().await {
        sockets.extend(opened??);
    }
    tokio::time::sleep(SETTLED).await;
    let full = server.resident()?;
    #[expect(clippy::cast_precision_loss, reason = "a count of sockets")]
    let each = (full - idle) / sockets.len() as f64;
    let visitors = format!("resident memory, {} idle visitors", sockets.len());
    Ok(vec![
        Reading::new("resident memory, idle", idle / 1024.0, Unit::Mib)
            .with_target(Target::AtMost(40.0)),
        Reading::new(visitors, full / 1024.0, Unit::Mib).with_target(Target::AtMost(160.0)),
        Reading::new("resident memory, a socket", each, Unit::Kib)
            .with_target(Target::AtMost(12.0)),
    ])
}

/// How many files this process may have open; the server has the same limit.
fn descriptors() -> Result<usize> {
    let limits = std::fs::read_to_string("/proc/self/limits")?;
    let line = limits.lines().find(|line| line.starts_with("Max open files"));
    let soft = line.and_then(|line| line.split_whitespace().nth(3)).unwrap_or("1024");
    Ok(soft.parse().unwrap_or(1_000_000))
}
