//! What people wait for and see, in real Chromium: `bench/browser.mjs` and `bench/console.mjs` measure, this reads their
//! lines.

use crate::{
    plan::Plan,
    reading::{Reading, Target, Unit},
    server::{Server, Subject},
};
use anyhow::{Context, Result, bail};
use serde::Deserialize;
use std::{
    path::Path,
    process::{Command, Stdio},
};

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
    let floor = Server::floor().await?;
    let (binary, measured) = match subject {
        Subject::Ayuda(binary) => (binary, "ayuda"),
        Subject::Floor => (&plan.binary, "floor"),
    };
    lines(plan, binary, "browser.mjs", &[("FLOOR", floor.origin()), ("MEASURED", measured.into())])
}

/// The frames of a console at full work.
pub fn console(plan: &Plan, subject: &Subject) -> Result<Vec<Reading>> {
    let Subject::Ayuda(binary) = subject else { bail!("a console has no floor") };
    lines(plan, binary, "console.mjs", &[])
}

/// What a script of this crate prints.
fn lines(
    plan: &Plan,
    binary: &Path,
    script: &str,
    more: &[(&str, String)],
) -> Result<Vec<Reading>> {
    if std::env::var_os("AYUDA_CHROMIUM").is_none() {
        eprintln!("  no Chromium here");
        return Ok(Vec::new());
    }
    let output = Command::new("node")
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join(script))
        .env("AYUDA_BINARY", binary)
        .env("RUNS", plan.runs.to_string())
        .envs(more.iter().cloned())
        .stderr(Stdio::inherit())
        .output()
        .context("node")?;
    anyhow::ensure!(output.status.success(), "bench/{script} failed");
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
