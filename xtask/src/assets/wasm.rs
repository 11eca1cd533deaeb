//! A crate as the browser takes it: wasm and the script that binds it.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};
use oxc::span::SourceType;
use wasm_bindgen_cli_support::Bindgen;

use super::{script, short_names, store::Store};
use crate::{paths, run};

/// Builds `{name}.js` and `{name}.wasm` from a package's library, and any snippets its dependencies bring.
pub fn build(store: &mut Store, package: &str, name: &str) -> Result<()> {
    run::announce(&format!("Building the {name} for browsers"));
    let wasm = compile(package)?;
    let (js, module) = (format!("{name}.js"), format!("{name}.wasm"));
    if store.reuse(&module, &wasm) && store.reuse(&js, &wasm) {
        store.reuse_below(&format!("{name}/"));
        return Ok(());
    }
    let dir = paths::target().join("bindgen").join(name);
    bind(&wasm, name, &dir, false)?;
    let glue = fs::read_to_string(dir.join(&js))?;
    let glue = with_snippets(store, &glue, &wasm, name, &dir.join("snippets"))?;
    let (bound, glue) =
        short_names::shorten(&fs::read(dir.join(format!("{name}_bg.wasm")))?, &glue)?;
    store.put(&js, &wasm, script::minify(&glue, SourceType::mjs())?.as_bytes())?;
    store.put(&module, &wasm, &bound)?;
    Ok(())
}

/// Cargo decides whether anything has to be compiled. One invocation a package: together, cargo
/// would give both the features of either.
pub fn compile(package: &str) -> Result<Vec<u8>> {
    run::run(&mut run::cargo([
        "build",
        "--package",
        package,
        "--lib",
        "--features",
        "hydrate",
        "--target",
        "wasm32-unknown-unknown",
        "--profile",
        "wasm",
    ]))?;
    let file = paths::target().join(format!("wasm32-unknown-unknown/wasm/{package}.wasm"));
    fs::read(&file).with_context(|| file.display().to_string())
}

/// Runs wasm-bindgen into an empty folder.
pub fn bind(wasm: &[u8], name: &str, dir: &Path, keep_names: bool) -> Result<()> {
    if dir.exists() {
        fs::remove_dir_all(dir)?;
    }
    Bindgen::new()
        .input_bytes(name, wasm.to_vec())
        .web(true)?
        .typescript(false)
        .omit_default_module_path(true)
        .remove_name_section(!keep_names)
        .remove_producers_section(true)
        .out_name(name)
        .generate(dir)
}

/// Scripts that crates bring along lie beside the glue, each under its own hashed name.
fn with_snippets(
    store: &mut Store,
    glue: &str,
    wasm: &[u8],
    name: &str,
    dir: &Path,
) -> Result<String> {
    let mut linked = String::new();
    for line in glue.lines() {
        let path = line.split_once("'./snippets/").and_then(|(_, rest)| rest.split_once('\''));
        match path {
            Some((path, _)) => {
                let file = dir.join(path);
                let text = fs::read_to_string(&file).with_context(|| file.display().to_string())?;
                if text.contains("import ") && text.contains(" from ") {
                    bail!("{path} imports another script, which is not supported");
                }
                let logical = format!("{name}/{}", path.replace('/', "-"));
                let url = &store
                    .put(&logical, wasm, script::minify(&text, SourceType::mjs())?.as_bytes())?
                    .url;
                linked.push_str(&line.replace(&format!("./snippets/{path}"), url));
            }
            None => linked.push_str(line),
        }
        linked.push('\n');
    }
    Ok(linked)
}
