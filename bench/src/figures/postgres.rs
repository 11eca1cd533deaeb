//! The same messages on PostgreSQL, beside a program that commits each one on its own.

use crate::{
    client::frames::LINE,
    conversation::{Conversation, load},
    plan::Plan,
    reading::{Reading, Target, Unit},
    server::{Server, Subject},
};
use anyhow::{Context, Result, bail};
use std::{env, process::Command, time::Duration};

const DATABASE: &str = "ayuda_bench";
const FIGURE: &str = "durable messages/s on PostgreSQL, 64 sockets (floor: a commit a message)";

/// A server to make databases on, and the folder of PostgreSQL's programs; `cargo xtask bench` starts one.
struct Postgres {
    url: String,
    bin: String,
}

pub async fn measure(plan: &Plan, subject: &Subject) -> Result<Vec<Reading>> {
    let Subject::Ayuda(binary) = subject else { bail!("the floor is pgbench") };
    let Some(postgres) = Postgres::find() else { return Ok(Vec::new()) };
    let server =
        Server::ayuda(binary, &[("AYUDA_DATABASE_URL", &postgres.new_database()?)]).await?;
    let visitors = Conversation::start(&server, 64).await?.visitors;
    let load = load(visitors, Duration::from_secs(plan.seconds)).await?;
    let reading = Reading::new(FIGURE, load.per_second, Unit::PerSecond);
    Ok(vec![reading.with_target(Target::ShareOfFloor(2.0))])
}

/// `pgbench` with one connection, as one writer without groups would be; and with as many as a pool has by custom, where
/// PostgreSQL itself groups what commits at the same time.
pub fn floor(plan: &Plan) -> Result<Vec<Reading>> {
    let Some(postgres) = Postgres::find() else { return Ok(Vec::new()) };
    let connections = [(FIGURE, 1), ("  the floor on ten connections", 10)];
    let reading = |(figure, clients)| {
        let rate = postgres.one_commit_a_message(clients, plan.seconds)?;
        Ok(Reading::new(figure, rate, Unit::PerSecond))
    };
    connections.into_iter().map(reading).collect()
}

impl Postgres {
    fn find() -> Option<Self> {
        let found = env::var("AYUDA_BENCH_POSTGRES").ok().zip(env::var("AYUDA_BENCH_PGBIN").ok());
        let found = found.map(|(url, bin)| Self { url, bin });
        if found.is_none() {
            eprintln!("  no PostgreSQL here");
        }
        found
    }

    /// The URL of an empty database.
    fn new_database(&self) -> Result<String> {
        self.run(&format!("drop database if exists {DATABASE} with (force)"))?;
        self.run(&format!("create database {DATABASE}"))?;
        Ok(self.url.replace("/postgres?", &format!("/{DATABASE}?")))
    }

    /// Transactions a second of `pgbench`: insert the message, move its ticket on, commit.
    fn one_commit_a_message(&self, clients: u32, seconds: u64) -> Result<f64> {
        for statement in [
            "drop table if exists bench_entries, bench_tickets",
            "create table bench_tickets (id int primary key, last_seq bigint not null, last_at bigint not null)",
            "insert into bench_tickets select n, 0, 0 from generate_series(1, 64) n",
            "create table bench_entries (id uuid primary key, ticket int not null, body text not null)",
        ] {
            self.run(statement)?;
        }
        let dir = tempfile::tempdir()?;
        let script = dir.path().join("message.sql");
        let message = format!(
            "\\set ticket random(1, 64)\nbegin;\n\
             insert into bench_entries values (gen_random_uuid(), :ticket, '{LINE}');\n\
             update bench_tickets set last_seq = last_seq + 1, last_at = 1 where id = :ticket;\ncommit;\n"
        );
        std::fs::write(&script, message)?;
        let output = Command::new(format!("{}/pgbench", self.bin))
            .args(["--no-vacuum", "--protocol=prepared", "--jobs=2", "--client"])
            .arg(clients.to_string())
            .args(["--time", &seconds.to_string(), "--file"])
            .arg(&script)
            .arg(&self.url)
            .output()?;
        let text = String::from_utf8_lossy(&output.stdout);
        let line = text.lines().find(|line| line.starts_with("tps = "));
        let line = line.context("pgbench printed no figure")?;
        Ok(line.split(' ').nth(2).context("no number")?.parse()?)
    }

    fn run(&self, statement: &str) -> Result<()> {
        let status = Command::new(format!("{}/psql", self.bin))
            .args(["--quiet", "--command", statement])
            .arg(&self.url)
            // Whether something was there to drop is no news.
            .env("PGOPTIONS", "-c client_min_messages=error")
            .status()?;
        anyhow::ensure!(status.success(), "psql: {statement}");
        Ok(())
    }
}
