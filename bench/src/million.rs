//! Throughput with a million messages stored, beside the same server without them.

use std::time::Duration;

use anyhow::{Context, Result};
use rusqlite::Connection;

use crate::Plan;
use crate::messages;
use crate::percentile::median;
use crate::server::Server;
use crate::table::{Table, thousands};

const MESSAGES: i64 = 1_000_000;

pub async fn measure(plan: &Plan, table: &mut Table) -> Result<()> {
    let (mut empty, mut full) = (Vec::new(), Vec::new());
    for _ in 0..plan.runs {
        empty.push(once(plan, false).await?);
        full.push(once(plan, true).await?);
    }
    let share = median(&full) / median(&empty);
    table.row(
        "durable messages/s with a million stored, 64 sockets",
        format!("{} ({share:.2} x)", thousands(median(&full))),
        format!("{} (empty)", thousands(median(&empty))),
        ">= 0.85 x empty",
        Some(share >= 0.85),
    );
    Ok(())
}

async fn once(plan: &Plan, fill_first: bool) -> Result<f64> {
    let mut server = Server::ayuda(&plan.binary, None).await?;
    if fill_first {
        // Tickets to put the messages on, made through the front door.
        drop(messages::introduce(&server, 200).await?);
        server.stop()?;
        fill(&server)?;
        server.restart().await?;
    }
    let visitors = messages::converse(&server, 64).await?.visitors;
    Ok(messages::load(visitors, Duration::from_secs(plan.seconds)).await?.per_second)
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
