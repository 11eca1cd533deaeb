//! `cargo xtask size`: what browsers download, against the budget.

use std::collections::BTreeMap;

use anyhow::{Result, bail};
use clap::Args;

use crate::assets::{self, Built};
use crate::{paths, run};

mod breakdown;
mod document;

const KIB: u64 = 1024;
/// The most that the loader may weigh, in bytes of brotli.
const LOADER: u64 = 4 * KIB;
/// The most that the loader's other half may weigh, in bytes of brotli.
const FRAME: u64 = 3 * KIB;
/// The most that everything may weigh that the panel needs to be usable, in bytes of brotli.
const PANEL: u64 = 90 * KIB;
/// The most requests for the same.
const PANEL_REQUESTS: u64 = 6;
/// The most that the same may weigh for the console, in bytes of brotli.
const CONSOLE: u64 = 400 * KIB;
/// The most that all its chunks may weigh together, which come after that.
const CHUNKS: u64 = 200 * KIB;

/// What `size` shows.
#[derive(Args, Default)]
pub struct Arguments {
    /// Also print how much of the wasm each crate is (builds it once more, with names).
    #[arg(long)]
    crates: bool,
}

/// Prints the table; an error when something is over its budget.
pub fn size(arguments: &Arguments) -> Result<()> {
    let manifest = assets::build()?;
    println!("{:<28} {:>10} {:>10} {:>10}", "asset", "bytes", "gzip", "brotli");
    for built in &manifest {
        row(&built.logical, built.bytes, built.gzip, built.brotli);
    }
    let document = document::measure()?;
    row("panel document", document.bytes, document.gzip, document.brotli);
    println!();
    for built in manifest.iter().filter(|built| built.is_wasm()) {
        sections(built)?;
    }
    if arguments.crates {
        breakdown::crates()?;
    }
    verdict(&manifest, &document)
}

/// The server's HTML of a panel, with the style sheet inside it.
struct Document {
    bytes: u64,
    gzip: u64,
    brotli: u64,
}

fn verdict(manifest: &[Built], document: &Document) -> Result<()> {
    let sum = |surface: &str| -> (u64, u64) {
        let parts = manifest.iter().filter(|built| belongs(built, surface));
        parts.fold((0, 0), |(bytes, requests), built| (bytes + built.brotli, requests + 1))
    };
    let brotli = |name: &str| {
        manifest.iter().find(|built| built.logical == name).map_or(0, |built| built.brotli)
    };
    // The document carries its style sheet, which would else be counted twice.
    let inline = brotli("panel.css");
    let (panel, requests) = sum("panel");
    let (console, _) = sum("console");
    let chunks = manifest.iter().filter(|built| built.is_chunk()).map(|built| built.brotli).sum();
    let lines = [
        ("loader, brotli", brotli("widget.js"), LOADER),
        ("loader's other half, brotli", brotli("frame.js"), FRAME),
        (
            "panel: document with styles, script, wasm; brotli",
            panel - inline + document.brotli,
            PANEL,
        ),
        ("panel: requests", requests + 1, PANEL_REQUESTS),
        ("console: styles, script, wasm, font; brotli", console, CONSOLE),
        ("console: all chunks, brotli", chunks, CHUNKS),
    ];
    let mut over = Vec::new();
    for (what, is, may) in lines {
        let mark = if is <= may { "ok" } else { "OVER" };
        println!("{what:<52} {is:>8} of {may:>7}  {mark}");
        if is > may {
            over.push(what);
        }
    }
    if over.is_empty() { Ok(()) } else { bail!("over budget: {}", over.join("; ")) }
}

/// Whether a surface needs this to be usable: its own files without the chunks, and fonts for the console.
fn belongs(built: &Built, surface: &str) -> bool {
    let stem = built.logical.split(['.', '/']).next();
    !built.is_chunk() && stem == Some(surface) || (surface == "console" && stem == Some("fonts"))
}

fn row(name: &str, bytes: u64, gzip: u64, brotli: u64) {
    println!("{name:<28} {bytes:>10} {gzip:>10} {brotli:>10}");
}

fn sections(built: &Built) -> Result<()> {
    let wasm = std::fs::read(paths::assets().join(&built.file))?;
    let sizes: BTreeMap<&str, u64> = breakdown::sections(&wasm)?;
    let shown: Vec<String> = sizes.iter().map(|(name, bytes)| format!("{name} {bytes}")).collect();
    run::announce(&format!("{} by section: {}", built.logical, shown.join(", ")));
    Ok(())
}
