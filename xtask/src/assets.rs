//! From crates and style sheets to files that browsers download: `target/assets`.

use std::path::Path;

use anyhow::{Context, Result};
use oxc::span::SourceType;

use crate::{install, paths, run};

mod chunks;
pub mod pack;
mod script;
mod short_names;
mod store;
mod style;
mod wasm;

pub use store::{Built, Manifest};
use wasm::Bundle;

/// Crates that are built for browsers. The panel is small: what would be taken out of it costs more than it weighs.
const BUNDLES: [Bundle; 2] = [
    Bundle { package: "widget", name: "panel", has_chunks: false },
    Bundle { package: "app", name: "console", has_chunks: true },
];
const STYLES: [&str; 3] = ["panel", "ticket", "console"];
/// Scripts that stand in documents themselves.
const INLINE: [&str; 2] = ["boot.js", "ticket_page.js"];

/// Builds everything whose input changed since the last time.
pub fn build() -> Result<Manifest> {
    install::wasm_target()?;
    let mut store = store::Store::open(&paths::assets())?;
    fonts(&mut store)?;
    for name in STYLES {
        style::build(&mut store, &paths::root().join("style"), name)?;
    }
    for name in INLINE {
        inline(&mut store, &paths::root().join("widget/src"), name)?;
    }
    loader(&mut store, &paths::root().join("widget/loader"))?;
    for bundle in &BUNDLES {
        wasm::build(&mut store, bundle)?;
    }
    store.finish()
}

fn fonts(store: &mut store::Store) -> Result<()> {
    let dir = paths::root().join("style/fonts");
    if !dir.exists() {
        return Ok(());
    }
    let mut files: Vec<_> = std::fs::read_dir(dir)?
        .map(|entry| Ok(entry?.path()))
        .filter(|path: &Result<_>| {
            path.as_ref().is_ok_and(|p| p.extension() == Some("woff2".as_ref()))
        })
        .collect::<Result<_>>()?;
    files.sort();
    for file in files {
        let name =
            file.file_name().and_then(|name| name.to_str()).context("a font has a plain name")?;
        let bytes = std::fs::read(&file)?;
        store.reuse_or_make(&format!("fonts/{name}"), &bytes.clone(), || Ok(bytes))?;
    }
    Ok(())
}

/// A script with the part that others have too in its place.
fn inline(store: &mut store::Store, dir: &Path, name: &str) -> Result<()> {
    let times = read(&dir.join("times.js"))?;
    let source = read(&dir.join(name))?.replace("/* @import times.js */", &times);
    pack(store, name, &source)
}

/// The loader and its other half, whose address it holds.
fn loader(store: &mut store::Store, dir: &Path) -> Result<()> {
    let frame = read(&dir.join("frame.js"))?;
    pack(store, "frame.js", &frame)?;
    let url = store.url("frame.js").context("it was just made")?;
    let source = read(&dir.join("widget.js"))?.replace("\"FRAME\"", &format!("\"{url}\""));
    pack(store, "widget.js", &source)
}

fn read(file: &Path) -> Result<String> {
    std::fs::read_to_string(file).with_context(|| file.display().to_string())
}

fn pack(store: &mut store::Store, name: &str, source: &str) -> Result<()> {
    store.reuse_or_make(name, source.as_bytes(), || {
        run::announce(&format!("Packing {name}"));
        Ok(script::minify(source, SourceType::script())?.into_bytes())
    })?;
    Ok(())
}

/// Each part of each bundle with the names of its functions, for `size --crates`.
pub fn with_function_names() -> Result<Vec<(String, Vec<u8>)>> {
    let named = BUNDLES.iter().map(wasm::with_function_names).collect::<Result<Vec<_>>>()?;
    Ok(named.into_iter().flatten().collect())
}
