//! From the start of the process to its first answer.

use std::time::Instant;

use anyhow::Result;

use crate::Plan;
use crate::percentile::median;
use crate::server::Server;
use crate::table::Table;

pub async fn measure(plan: &Plan, table: &mut Table) -> Result<()> {
    let (mut empty, mut migrated, mut floor) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..plan.runs.max(5) {
        let start = Instant::now();
        drop(Server::floor().await?);
        floor.push(start.elapsed().as_secs_f64() * 1000.0);
        let mut server = Server::ayuda(&plan.binary, None).await?;
        migrated.push(server.restart().await?.as_secs_f64() * 1000.0);
        server.stop()?;
        let dir = server.data();
        for file in std::fs::read_dir(dir)? {
            let file = file?.path();
            if file.is_file() {
                std::fs::remove_file(file)?;
            }
        }
        empty.push(server.restart().await?.as_secs_f64() * 1000.0);
    }
    let rows = [("migrated", &migrated, 100.0), ("empty", &empty, 500.0)];
    for (what, times, limit) in rows {
        table.row(
            format!("start to first answer, {what} database"),
            format!("{:.0} ms", median(times)),
            format!("{:.0} ms", median(&floor)),
            format!("<= {limit} ms"),
            Some(median(times) <= limit),
        );
    }
    Ok(())
}
