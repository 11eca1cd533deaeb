//! The same messages on PostgreSQL, beside a program that commits each one on its own.

use crate::{
    client::frames::LINE,
    figures::messages::{acknowledge, processor_time},
    plan::Plan,
    postgres::Postgres,
    reading::{Reading, Target, Unit},
    server::{Server, Subject},
};
use anyhow::{Context, Result, bail};
use std::process::Command;

const SOCKETS: usize = 64;
const FIGURE: &str = "durable messages/s on PostgreSQL, 64 sockets (floor: a commit a message)";

pub async fn measure(plan: &Plan, subject: &Subject) -> Result<Vec<Reading>> {
    let Subject::Ayuda(binary) = subject else { bail!("the floor is pgbench") };
    let Some(postgres) = Postgres::find() else { return Ok(Vec::new()) };
    let server =
        Server::ayuda(binary, &[("AYUDA_DATABASE_URL", &postgres.new_database()?)]).await?;
    let load = acknowledge(&[&server], SOCKETS, plan.seconds).await?;
    Ok(vec![
        Reading::new(FIGURE, load.per_second, Unit::PerSecond)
            .with_target(Target::ShareOfFloor(2.0)),
        Reading::new("  ack p99, on PostgreSQL", load.waits.percentile(0.99), Unit::Milliseconds),
        processor_time("on PostgreSQL", &load),
    ])
}

/// `pgbench` with one connection, as one writer without groups would be; and with as many as a pool has by custom,
/// where PostgreSQL itself groups what commits at the same time.
pub fn floor(plan: &Plan) -> Result<Vec<Reading>> {
    let Some(postgres) = Postgres::find() else { return Ok(Vec::new()) };
    let connections = [(FIGURE, 1), ("  the floor on ten connections", 10)];
    let reading = |(figure, clients)| {
        let rate = one_commit_a_message(&postgres, clients, plan.seconds)?;
        Ok(Reading::new(figure, rate, Unit::PerSecond))
    };
    connections.into_iter().map(reading).collect()
}

/// Transactions a second of `pgbench`: insert the message, move its ticket on, commit.
fn one_commit_a_message(postgres: &Postgres, clients: u32, seconds: u64) -> Result<f64> {
    for statement in [
        "drop table if exists bench_entries, bench_tickets",
        "create table bench_tickets (id int primary key, last_seq bigint not null, last_at bigint not null)",
        "insert into bench_tickets select n, 0, 0 from generate_series(1, 64) n",
        "create table bench_entries (id uuid primary key, ticket int not null, body text not null)",
    ] {
        postgres.run(statement)?;
    }
    let dir = tempfile::tempdir()?;
    let script = dir.path().join("message.sql");
    let message = format!(
        "\\set ticket random(1, 64)\nbegin;\n\
         insert into bench_entries values (gen_random_uuid(), :ticket, '{LINE}');\n\
         update bench_tickets set last_seq = last_seq + 1, last_at = 1 where id = :ticket;\ncommit;\n"
    );
    std::fs::write(&script, message)?;
    let output = Command::new(format!("{}/pgbench", postgres.bin))
        .args(["--no-vacuum", "--protocol=prepared", "--jobs=2", "--client"])
        .arg(clients.to_string())
        .args(["--time", &seconds.to_string(), "--file"])
        .arg(&script)
        .arg(&postgres.url)
        .output()?;
    let text = String::from_utf8_lossy(&output.stdout);
    let line = text.lines().find(|line| line.starts_with("tps = "));
    let line = line.context("pgbench printed no figure")?;
    Ok(line.split(' ').nth(2).context("no number")?.parse()?)
}
