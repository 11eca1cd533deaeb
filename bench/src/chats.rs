//! Chats started a second: ticket, first message, offer, one request each on 64 connections.

use std::time::{Duration, Instant};

use anyhow::Result;
use tokio::task::JoinSet;

use crate::Plan;
use crate::http::Http;
use crate::percentile::median;
use crate::server::{Kind, Server};
use crate::table::{Table, thousands};

const CONNECTIONS: usize = 64;

pub async fn measure(plan: &Plan, table: &mut Table) -> Result<()> {
    let (mut ayuda, mut floor) = (Vec::new(), Vec::new());
    for _ in 0..plan.runs {
        floor.push(once(plan, Kind::Floor).await?);
        ayuda.push(once(plan, Kind::Ayuda).await?);
    }
    table.row(
        "chats started/s, 64 connections",
        format!("{} ({:.2} x)", thousands(median(&ayuda)), median(&ayuda) / median(&floor)),
        thousands(median(&floor)),
        ">= 4 000",
        Some(median(&ayuda) >= 4000.0),
    );
    Ok(())
}

async fn once(plan: &Plan, kind: Kind) -> Result<f64> {
    let server = Server::start(kind, &plan.binary).await?;
    let (mut agent, _) = server.agent().await?;
    tokio::spawn(async move { while agent.hear().await.is_ok() {} });
    let server = std::sync::Arc::new(server);
    let start = Instant::now() + Duration::from_millis(500);
    let end = start + Duration::from_secs(plan.seconds);
    let mut tasks = JoinSet::new();
    for _ in 0..CONNECTIONS {
        let server = std::sync::Arc::clone(&server);
        tasks.spawn(async move {
            let mut http = Http::connect(server.port).await?;
            let mut started = 0u32;
            while Instant::now() < end {
                server.start_chat(&mut http, "Hola%2C+tengo+una+pregunta").await?;
                started += u32::from(Instant::now() >= start);
            }
            anyhow::Ok(started)
        });
    }
    let mut started = 0;
    while let Some(count) = tasks.join_next().await {
        started += count??;
    }
    Ok(f64::from(started) / start.elapsed().as_secs_f64())
}
