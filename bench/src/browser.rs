//! What people wait for, in real Chromium: `bench/browser.mjs` measures, this reads its lines.

use std::process::Command;

use anyhow::{Context, Result};
use serde_json::Value;

use crate::Plan;
use crate::server::Server;
use crate::table::Table;

pub async fn measure(plan: &Plan, table: &mut Table) -> Result<()> {
    if std::env::var_os("AYUDA_CHROMIUM").is_none() {
        table.row("browser", "no Chromium here", "", "", None);
        return Ok(());
    }
    let floor = Server::floor().await?;
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/browser.mjs");
    let output = Command::new("node")
        .arg(script)
        .env("AYUDA_BINARY", &plan.binary)
        .env("FLOOR", floor.origin())
        .env("RUNS", plan.runs.to_string())
        .stderr(std::process::Stdio::inherit())
        .output()
        .context("node")?;
    for line in String::from_utf8_lossy(&output.stdout).lines() {
        let Ok(row) = serde_json::from_str::<Value>(line) else { continue };
        let text = |key: &str| row[key].as_str().unwrap_or_default().to_owned();
        table.row(
            text("figure"),
            text("is"),
            text("floor"),
            text("to_reach"),
            row["reached"].as_bool(),
        );
    }
    anyhow::ensure!(output.status.success(), "bench/browser.mjs failed");
    Ok(())
}
