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
        let exports = exports.join(", ");
        let mut bound = String::new();
        let mut first = None;
        for line in glue.lines() {
            // One import for each function that loads a chunk.
            let name = line.strip_prefix("import * as ").filter(|_| line.contains(LOADER));
            match (name.and_then(|rest| rest.split(' ').next()), first) {
                (Some(name), None) => {
                    first = Some(name);
                    let loads = format!("(() => {{\n{loader}return {{ {exports} }};\n}})()");
                    bound.extend(["const ", name, " = ", &loads, ";"]);
                }
                (Some(name), Some(first)) => bound.extend(["const ", name, " = ", first, ";"]),
                (None, _) => bound.push_str(line),
            }
            bound.push('\n');
        }
        first.context("the glue does not load chunks")?;
        Ok(bound)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts() -> Parts {
        let loader = "import { initSync } from \"./main.js\";\n\
            const get = () => initSync();\n\
            export const load_a = () => fetch(\"./split_a.wasm\");\n\
            export const load_b = get;\n";
        let chunks = vec![("split_a.wasm".to_owned(), Vec::new())];
        Parts { main: Vec::new(), chunks, loader: loader.to_owned() }
    }

    #[test]
    fn the_loader_becomes_a_piece_of_the_glue_and_knows_where_chunks_are() {
        let glue = "import * as import1 from \"./chunks.js\"\n\
            import * as import2 from \"./chunks.js\"\n\
            use(import1, import2);\n";
        let url = |chunk: &str| (chunk == "split_a.wasm").then_some("/assets/a.1.wasm");
        assert_eq!(
            parts().with_loader(glue, url).expect("well formed"),
            "const import1 = (() => {\nconst get = () => initSync();\n\
             const load_a = () => fetch(\"/assets/a.1.wasm\");\nconst load_b = get;\n\
             return { load_a, load_b };\n})();\nconst import2 = import1;\nuse(import1, import2);\n"
        );
    }

    #[test]
    fn a_chunk_that_nothing_loads_and_a_glue_that_loads_none_are_refused() {
        assert!(parts().with_loader("nothing\n", |_| Some("/a")).is_err());
        assert!(
            parts().with_loader("import * as import1 from \"./chunks.js\"\n", |_| None).is_err()
        );
    }
}
