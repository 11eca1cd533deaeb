//! A crate as the browser takes it: wasm and the script that binds it.

use std::path::{Path, PathBuf};
use std::{fs, iter};

use anyhow::{Context, Result, bail};
use oxc::span::SourceType;
use wasm_bindgen_cli_support::Bindgen;

use super::chunks::{self, Parts};
use super::{script, short_names, store::Store};
use crate::{paths, run};

/// A crate that is built for browsers.
pub struct Bundle {
    pub package: &'static str,
    /// The name of its files.
    pub name: &'static str,
    /// Whether it is taken apart, see [`chunks`].
    pub has_chunks: bool,
}

/// Builds `{name}.js` and `{name}.wasm` from a package's library, any snippets its dependencies bring, and its chunks.
pub fn build(store: &mut Store, bundle: &Bundle) -> Result<()> {
    let name = bundle.name;
    run::announce(&format!("Building the {name} for browsers"));
    let wasm = compile(bundle)?;
    let (js, module) = (format!("{name}.js"), format!("{name}.wasm"));
    if store.reuse(&module, &wasm) && store.reuse(&js, &wasm) {
        store.reuse_below(&format!("{name}/"));
        return Ok(());
    }
    let dir = empty(name)?;
    let bound = bind(&wasm, bundle, &dir, false)?;
    let mut glue = with_snippets(store, &bound.glue, &wasm, name, &dir.join("snippets"))?;
    if let Some(parts) = &bound.parts {
        for (chunk, body) in &parts.chunks {
            store.put(&chunks::logical(name, chunk), &wasm, body)?;
        }
        glue = parts.with_loader(&glue, |chunk| store.url(&chunks::logical(name, chunk)))?;
    }
    let (main, glue) = short_names::shorten(&bound.main, &glue)?;
    store.put(&js, &wasm, script::minify(&glue, SourceType::mjs())?.as_bytes())?;
    store.put(&module, &wasm, &main)?;
    Ok(())
}

/// Cargo decides whether anything has to be compiled. One invocation a package: together, cargo
/// would give both the features of either. Without an rlib beside it all crates are optimized as one.
fn compile(bundle: &Bundle) -> Result<Vec<u8>> {
    let package = bundle.package;
    let mut arguments = vec!["rustc", "--package", package, "--lib", "--crate-type", "cdylib"];
    arguments.extend(["--features", "hydrate", "--profile", "wasm"]);
    arguments.extend(["--target", "wasm32-unknown-unknown"]);
    if bundle.has_chunks {
        // What is taken apart needs to know what calls what.
        arguments.extend(["--", "-Clink-arg=--emit-relocs"]);
    }
    run::run(&mut run::cargo(arguments))?;
    let file = paths::target().join(format!("wasm32-unknown-unknown/wasm/{package}.wasm"));
    fs::read(&file).with_context(|| file.display().to_string())
}

/// A bundle as wasm-bindgen leaves it.
struct Bound {
    glue: String,
    main: Vec<u8>,
    parts: Option<Parts>,
}

/// Takes a bundle apart and runs wasm-bindgen on its main part, in an empty folder.
fn bind(wasm: &[u8], bundle: &Bundle, dir: &Path, keep_names: bool) -> Result<Bound> {
    let parts = bundle.has_chunks.then(|| chunks::split(wasm, dir, keep_names)).transpose()?;
    let name = bundle.name;
    Bindgen::new()
        .input_bytes(name, parts.as_ref().map_or(wasm, |parts| &parts.main).to_vec())
        .web(true)?
        .typescript(false)
        .omit_default_module_path(true)
        // Chunks share what the linker exports.
        .keep_lld_exports(bundle.has_chunks)
        .remove_name_section(!keep_names)
        .remove_producers_section(true)
        .out_name(name)
        .generate(dir)?;
    Ok(Bound {
        glue: fs::read_to_string(dir.join(format!("{name}.js")))?,
        main: fs::read(dir.join(format!("{name}_bg.wasm")))?,
        parts,
    })
}

/// The wasm of each part with the names of its functions.
pub fn with_function_names(bundle: &Bundle) -> Result<Vec<(String, Vec<u8>)>> {
    let dir = empty(&format!("{}-named", bundle.name))?;
    let bound = bind(&compile(bundle)?, bundle, &dir, true)?;
    let chunks = bound.parts.into_iter().flat_map(|parts| parts.chunks);
    let chunks = chunks.map(|(chunk, wasm)| (chunks::logical(bundle.name, &chunk), wasm));
    Ok(iter::once((format!("{}.wasm", bundle.name), bound.main)).chain(chunks).collect())
}

/// A folder to work in, emptied.
fn empty(name: &str) -> Result<PathBuf> {
    let dir = paths::target().join("bindgen").join(name);
    if dir.exists() {
        fs::remove_dir_all(&dir)?;
    }
    fs::create_dir_all(&dir)?;
    Ok(dir)
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
