//! Chats started a second: ticket, first message, offer, one request each on 64 connections.

use crate::{
    client::http::Http,
    conversation::{agent, start_chat},
    plan::Plan,
    reading::{Reading, Target, Unit},
    server::{Server, Subject},
};
use anyhow::Result;
use futures_util::future::try_join_all;
use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::task::JoinSet;

pub const CONNECTIONS: usize = 64;

pub async fn measure(plan: &Plan, subject: &Subject) -> Result<Vec<Reading>> {
    let server = Arc::new(Server::start(subject).await?);
    let (mut agent, _) = agent(&server).await?;
    tokio::spawn(async move { while agent.receive().await.is_ok() {} });
    let start = Instant::now() + Duration::from_millis(500);
    let end = start + Duration::from_secs(plan.seconds);
    let mut tasks = JoinSet::new();
    for _ in 0..CONNECTIONS {
        let server = Arc::clone(&server);
        tasks.spawn(async move {
            let mut http = Http::connect(server.port).await?;
            let mut started = 0u32;
            while Instant::now() < end {
                start_chat(&server, &mut http, "Hola%2C+tengo+una+pregunta").await?;
                started += u32::from(Instant::now() >= start);
            }
            anyhow::Ok(started)
        });
    }
    let mut started = 0;
    while let Some(count) = tasks.join_next().await {
        started += count??;
    }
    let rate = f64::from(started) / start.elapsed().as_secs_f64();
    let figure = format!("chats started/s, {CONNECTIONS} connections");
    Ok(vec![Reading::new(figure, rate, Unit::PerSecond).with_target(Target::AtLeast(4000.0))])
}

/// Starts so many chats, on connections that are spread over the servers.
pub async fn start(servers: &[&Server], chats: usize) -> Result<()> {
    let left = AtomicUsize::new(chats);
    let one = async |server: &Server| {
        let mut http = Http::connect(server.port).await?;
        let take = |left: usize| left.checked_sub(1);
        while left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, take).is_ok() {
            start_chat(server, &mut http, "Hola%2C+tengo+una+pregunta").await?;
        }
        anyhow::Ok(())
    };
    let all = servers.iter().cycle().take(CONNECTIONS).map(|server| one(server));
    try_join_all(all).await?;
    Ok(())
}
