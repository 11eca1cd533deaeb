//! Throughput with a million messages stored, beside the same server without them.

use crate::{
    conversation::{Conversation, introduce, load},
    plan::Plan,
    reading::{Reading, Target, Unit},
    server::{Server, Subject},
};
use anyhow::{Context, Result, bail};
use rusqlite::Connection;
use std::time::Duration;

const MESSAGES: i64 = 1_000_000;

pub async fn measure(plan: &Plan, subject: &Subject) -> Result<Vec<Reading>> {
    let Subject::Ayuda(binary) = subject else { bail!("the floor is a server without messages") };
    let mut server = Server::ayuda(binary, &[]).await?;
    // Tickets to put the messages on, made through the front door.
    drop(introduce(&[&server], &server, 200).await?);
    server.stop()?;
    fill(&server)?;
    server.restart().await?;
    throughput(plan, &server).await
}

/// The same server before anything was stored.
pub async fn floor(plan: &Plan) -> Result<Vec<Reading>> {
    throughput(plan, &Server::ayuda(&plan.binary, &[]).await?).await
}

async fn throughput(plan: &Plan, server: &Server) -> Result<Vec<Reading>> {
    let visitors = Conversation::start(&[server], 64).await?.visitors;
    let load = load(visitors, Duration::from_secs(plan.seconds)).await?;
    let figure = "durable messages/s with a million stored (floor: empty), 64 sockets";
    let target = Target::ShareOfFloor(0.85);
    Ok(vec![Reading::new(figure, load.per_second, Unit::PerSecond).with_target(target)])
}

/// Copies of one message with ids and sequences of their own, spread over the tickets.
fn fill(server: &Server) -> Result<()> {
    let mut database = Connection::open(server.data().join("ayuda.db"))?;
    let transaction = database.transaction()?;
    let tickets: Vec<(Vec<u8>, i64)> = transaction
        .prepare("select id, last_seq from tickets")?
        .query_map((), |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<rusqlite::Result<_>>()?;
    let each = MESSAGES / i64::try_from(tickets.len())?;
    let (kind, body): (String, String) = transaction
        .query_row("select kind, body from entries where seq = 1 limit 1", (), |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .context("no first message")?;
    for (ticket, last) in tickets {
        transaction.execute(
            "with recursive n (seq) as (select ?2 + 1 union all select seq + 1 from n where seq < ?2 + ?3)
             insert into entries (ticket_id, seq, id, at, kind, agent_id, body)
             select ?1, seq, randomblob(16), 1700000000000 + seq, ?4, null, ?5 from n",
            (&ticket, last, each, &kind, &body),
        )?;
        transaction.execute(
            "update tickets set last_seq = last_seq + ?2 where id = ?1",
            (&ticket, each),
        )?;
    }
    Ok(transaction.commit()?)
}
