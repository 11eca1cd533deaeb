//! A bundle in parts: the main one comes with the page, a chunk when something in it is first needed. What is marked
//! `#[wasm_split(chunk)]` is in that chunk, with all that nothing else needs.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, anyhow, bail};
use rustc_demangle::demangle;
use wasm_split_cli_support::{Options, transform};

/// How the main part names the script that loads chunks. There is no such file: see [`Parts::with_loader`].
const LOADER: &str = "./chunks.js";

/// A wasm in parts.
pub struct Parts {
    /// What wasm-bindgen has to bind.
    pub main: Vec<u8>,
    /// The chunks by the names that the loader calls them, such as `split_mail.wasm`, in order.
    pub chunks: Vec<(String, Vec<u8>)>,
    loader: String,
}

/// Takes a wasm apart that was linked with its relocations. `dir`: an empty folder to work in.
pub fn split(wasm: &[u8], dir: &Path, keep_names: bool) -> Result<Parts> {
    let main = dir.join("main.wasm");
    let mut options = Options::new(wasm);
    options.output_dir = dir;
    options.main_out_path = &main;
    options.link_name = LOADER;
    let split = transform(options).map_err(|error| anyhow!("{error:?}"))?;
    let mut chunks = Vec::new();
    for path in split.split_modules {
        let name = path.file_name().and_then(|name| name.to_str()).context("a chunk has a name")?;
        chunks.push((name.to_owned(), compact(&fs::read(&path)?, keep_names)?));
    }
    chunks.sort();
    Ok(Parts { main: fs::read(&main)?, chunks, loader: fs::read_to_string(dir.join(LOADER))? })
}

/// The same chunk with its numbers as short as they go: the linker leaves room in each.
fn compact(chunk: &[u8], keep_names: bool) -> Result<Vec<u8>> {
    let mut config = walrus::ModuleConfig::new();
    config.generate_name_section(keep_names).generate_producers_section(false);
    let mut module = config.parse(chunk)?;
    for function in module.funcs.iter_mut() {
        if let Some(name) = &mut function.name {
            *name = demangle(name).to_string();
        }
    }
    Ok(module.emit_wasm())
}

/// The name of a chunk as it is called in the manifest.
pub fn logical(bundle: &str, chunk: &str) -> String {
    format!("{bundle}/{}", chunk.strip_prefix("split_").unwrap_or(chunk))
}

impl Parts {
    /// The glue of the main part with the loader in it: each holds the other's address, and a name with a hash of what
    /// is in it cannot stand in itself. `url`: the address of a chunk.
    pub fn with_loader<'a>(
        &self,
        glue: &str,
        url: impl Fn(&str) -> Option<&'a str>,
    ) -> Result<String> {
        let mut loader = String::new();
        let mut exports = Vec::new();
        for line in self.loader.lines() {
            if line.starts_with("import ") {
                // `initSync`, which the glue has.
                continue;
            }
            let line = match line.strip_prefix("export const ") {
                Some(rest) => {
                    exports.push(rest.split(' ').next().unwrap_or(rest));
                    format!("const {rest}")
                }
                None => line.to_owned(),
            };
            loader.push_str(&line);
            loader.push('\n');
        }
        for (chunk, _) in &self.chunks {
            let quoted = format!("\"./{chunk}\"");
            if !loader.contains(&quoted) {
                bail!("nothing loads {chunk}");
            }
            let url = url(chunk).context("a chunk has an address")?;
            loader = loader.replace(&quoted, &format!("\"{url}\""));
        }
        let line = |line: &&str| line.starts_with("import * as ") && line.contains(LOADER);
        let import = glue.lines().find(line).context("the glue does not load chunks")?;
        let name = import.split(' ').nth(3).context("an import has a name")?;
        let exports = exports.join(", ");
        let loader = format!("const {name} = (() => {{\n{loader}return {{ {exports} }};\n}})();");
        Ok(glue.replacen(import, &loader, 1))
    }
}
