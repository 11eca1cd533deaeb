//! What people wait for, in real Chromium: `bench/browser.mjs` measures, this reads its lines.

use crate::{
    plan::Plan,
    reading::{Reading, Target, Unit},
    server::{Server, Subject},
};
use anyhow::{Context, Result};
use serde::Deserialize;
use std::process::{Command, Stdio};

/// One line of the script.
#[derive(Deserialize)]
struct Line {
    figure: String,
    value: f64,
    unit: LineUnit,
    at_most: f64,
}

#[derive(Clone, Copy, Deserialize)]
enum LineUnit {
    #[serde(rename = "ms")]
    Milliseconds,
    #[serde(rename = "KiB")]
    Kib,
}

pub async fn measure(plan: &Plan, subject: &Subject) -> Result<Vec<Reading>> {
    if std::env::var_os("AYUDA_CHROMIUM").is_none() {
        eprintln!("  no Chromium here");
        return Ok(Vec::new());
    }
    let floor = Server::floor().await?;
    let (binary, measured) = match subject {
        Subject::Ayuda(binary) => (binary, "ayuda"),
        Subject::Floor => (&plan.binary, "floor"),
    };
    let output = Command::new("node")
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/browser.mjs"))
        .env("AYUDA_BINARY", binary)
        .env("FLOOR", floor.origin())
        .env("MEASURED", measured)
        .env("RUNS", plan.runs.to_string())
        .stderr(Stdio::inherit())
        .output()
        .context("node")?;
    anyhow::ensure!(output.status.success(), "bench/browser.mjs failed");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let lines = text.lines().filter_map(|line| serde_json::from_str::<Line>(line).ok());
    Ok(lines.map(Line::reading).collect())
}

impl Line {
    fn reading(self) -> Reading {
        let unit = match self.unit {
            LineUnit::Milliseconds => Unit::Milliseconds,
            LineUnit::Kib => Unit::Kib,
        };
        Reading::new(self.figure, self.value, unit).with_target(Target::AtMost(self.at_most))
    }
}
