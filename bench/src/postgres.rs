//! The same messages on PostgreSQL, beside a program that commits each one on its own.

use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result};

use crate::Plan;
use crate::messages;
use crate::percentile::median;
use crate::server::Server;
use crate::table::{Table, thousands};

/// Connections of the floor: one after the other, as one writer without groups would; and as many
/// as a pool has by custom, where PostgreSQL itself groups what commits at the same time.
const CLIENTS: [u32; 2] = [1, 10];

pub async fn measure(plan: &Plan, table: &mut Table) -> Result<()> {
    let (Ok(url), Ok(bin)) =
        (std::env::var("AYUDA_BENCH_POSTGRES"), std::env::var("AYUDA_BENCH_PGBIN"))
    else {
        table.row(
            "durable messages/s on PostgreSQL, 64 sockets",
            "no PostgreSQL here",
            "",
            "",
            None,
        );
        return Ok(());
    };
    let (mut ayuda, mut floors) = (Vec::new(), [Vec::new(), Vec::new()]);
    for run in 0..plan.runs {
        for (clients, floor) in CLIENTS.into_iter().zip(&mut floors) {
            floor.push(one_commit_a_message(&bin, &url, clients, plan.seconds)?);
        }
        let database = format!("ayuda_bench_{run}");
        let drop = format!("drop database if exists {database} with (force)");
        sql(&bin, &url, &drop)?;
        sql(&bin, &url, &format!("create database {database}"))?;
        let server =
            Server::ayuda(&plan.binary, Some(&url.replace("/postgres?", &format!("/{database}?"))))
                .await?;
        let visitors = messages::converse(&server, 64).await?.visitors;
        ayuda.push(messages::load(visitors, Duration::from_secs(plan.seconds)).await?.per_second);
    }
    for (clients, floor) in CLIENTS.into_iter().zip(&floors) {
        let share = median(&ayuda) / median(floor);
        table.row(
            "durable messages/s on PostgreSQL, 64 sockets",
            format!("{} ({share:.2} x)", thousands(median(&ayuda))),
            format!("{} (a commit a message, connections: {clients})", thousands(median(floor))),
            if clients == 1 { "> 2 x" } else { "" },
            (clients == 1).then_some(share > 2.0),
        );
    }
    Ok(())
}

/// `pgbench`: insert the message, move its ticket on, commit.
fn one_commit_a_message(bin: &str, url: &str, clients: u32, seconds: u64) -> Result<f64> {
    sql(bin, url, "drop table if exists bench_entries, bench_tickets")?;
    sql(
        bin,
        url,
        "create table bench_tickets (id int primary key, last_seq bigint not null, last_at bigint not null)",
    )?;
    sql(bin, url, "insert into bench_tickets select n, 0, 0 from generate_series(1, 64) n")?;
    sql(
        bin,
        url,
        "create table bench_entries (id uuid primary key, ticket int not null, body text not null)",
    )?;
    let dir = tempfile::tempdir()?;
    let script = dir.path().join("message.sql");
    std::fs::write(
        &script,
        "\\set ticket random(1, 64)\nbegin;\n\
         insert into bench_entries values (gen_random_uuid(), :ticket, 'Hola, tengo una pregunta sobre mi factura de marzo.');\n\
         update bench_tickets set last_seq = last_seq + 1, last_at = 1 where id = :ticket;\ncommit;\n",
    )?;
    let output = Command::new(format!("{bin}/pgbench"))
        .args(["--no-vacuum", "--protocol=prepared", "--jobs=2", "--client"])
        .arg(clients.to_string())
        .args(["--time", &seconds.to_string(), "--file"])
        .arg(&script)
        .arg(url)
        .output()?;
    let text = String::from_utf8_lossy(&output.stdout);
    let line =
        text.lines().find(|line| line.starts_with("tps = ")).context("pgbench said nothing")?;
    Ok(line.split(' ').nth(2).context("no number")?.parse()?)
}

fn sql(bin: &str, url: &str, statement: &str) -> Result<()> {
    let status = Command::new(format!("{bin}/psql"))
        .args(["--quiet", "--command", statement])
        .arg(url)
        // Whether something was there to drop is no news.
        .env("PGOPTIONS", "-c client_min_messages=error")
        .status()?;
    anyhow::ensure!(status.success(), "psql: {statement}");
    Ok(())
}
