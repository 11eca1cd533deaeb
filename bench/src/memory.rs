//! Resident memory: of a server that waits, with thousands of idle visitors, and by the socket.

use std::time::Duration;

use anyhow::Result;
use tokio::task::JoinSet;

use crate::Plan;
use crate::server::{Kind, Server};
use crate::table::Table;

/// Sockets opened at the same time.
const AT_ONCE: usize = 64;

struct Measured {
    idle: f64,
    full: f64,
    sockets: usize,
}

impl Measured {
    #[expect(clippy::cast_precision_loss, reason = "a count of sockets")]
    fn each(&self) -> f64 {
        (self.full - self.idle) / self.sockets as f64
    }
}

pub async fn measure(plan: &Plan, table: &mut Table) -> Result<()> {
    let floor = once(plan, Kind::Floor).await?;
    let ayuda = once(plan, Kind::Ayuda).await?;
    let mib = |kib: f64| kib / 1024.0;
    table.row(
        "resident memory, idle",
        format!("{:.1} MiB", mib(ayuda.idle)),
        format!("{:.1} MiB", mib(floor.idle)),
        "<= 40 MiB",
        Some(mib(ayuda.idle) <= 40.0),
    );
    table.row(
        format!("resident memory, {} idle visitors", ayuda.sockets),
        format!("{:.1} MiB", mib(ayuda.full)),
        format!("{:.1} MiB", mib(floor.full)),
        "<= 160 MiB",
        Some(mib(ayuda.full) <= 160.0),
    );
    table.row(
        "resident memory, a socket",
        format!("{:.1} KiB", ayuda.each()),
        format!("{:.1} KiB", floor.each()),
        "<= 12 KiB",
        Some(ayuda.each() <= 12.0),
    );
    Ok(())
}

async fn once(plan: &Plan, kind: Kind) -> Result<Measured> {
    let server = Server::start(kind, &plan.binary).await?;
    tokio::time::sleep(Duration::from_secs(2)).await;
    let idle = server.resident()?;
    let sockets = plan.idle.min(descriptors()?.saturating_sub(200));
    let server = std::sync::Arc::new(server);
    let mut opening = JoinSet::new();
    for share in 0..AT_ONCE {
        let server = std::sync::Arc::clone(&server);
        opening.spawn(async move {
            let mut talks = Vec::new();
            for _ in (share..sockets).step_by(AT_ONCE) {
                talks.push(server.visitor(None).await?);
            }
            anyhow::Ok(talks)
        });
    }
    let mut talks = Vec::new();
    while let Some(opened) = opening.join_next().await {
        talks.extend(opened??);
    }
    tokio::time::sleep(Duration::from_secs(2)).await;
    let full = server.resident()?;
    Ok(Measured { idle, full, sockets: talks.len() })
}

/// How many files this process may have open; the server has the same limit.
fn descriptors() -> Result<usize> {
    let limits = std::fs::read_to_string("/proc/self/limits")?;
    let line = limits.lines().find(|line| line.starts_with("Max open files"));
    let soft = line.and_then(|line| line.split_whitespace().nth(3)).unwrap_or("1024");
    Ok(soft.parse().unwrap_or(1_000_000))
}
