//! The folder of built assets: hashed names, compressed copies, and `manifest.json`, which also
//! remembers what each file was made from, so that nothing is made again without need.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::pack;

/// The code that makes assets; a change here makes them all again.
const RECIPE: [&str; 8] = [
    include_str!("chunks.rs"),
    include_str!("pack.rs"),
    include_str!("script.rs"),
    include_str!("short_names.rs"),
    include_str!("store.rs"),
    include_str!("style.rs"),
    include_str!("wasm.rs"),
    include_str!("../wasm_format.rs"),
];

/// One file as it lies in the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Built {
    pub logical: String,
    /// File name below the folder, with the hash.
    pub file: String,
    pub url: String,
    pub media_type: String,
    pub hash: String,
    /// Hash of what it was made from.
    source: String,
    pub bytes: u64,
    pub gzip: u64,
    pub brotli: u64,
}

impl Built {
    /// Whether it is loaded when something in it is first needed.
    pub fn is_chunk(&self) -> bool {
        self.logical.contains('/') && self.is_wasm()
    }

    pub fn is_wasm(&self) -> bool {
        Path::new(&self.logical).extension() == Some("wasm".as_ref())
    }
}

/// All that was built, in the order of logical names.
pub type Manifest = Vec<Built>;

/// The files of the last build, and those that the present one has asked for so far.
pub struct Store {
    dir: PathBuf,
    before: BTreeMap<String, Built>,
    now: BTreeMap<String, Built>,
}

impl Store {
    pub fn open(dir: &Path) -> Result<Self> {
        fs::create_dir_all(dir)?;
        let before = fs::read(dir.join("manifest.json"))
            .ok()
            .and_then(|bytes| serde_json::from_slice::<Value>(&bytes).ok())
            .map(|manifest| read(&manifest))
            .unwrap_or_default();
        Ok(Self { dir: dir.to_owned(), before, now: BTreeMap::new() })
    }

    /// Reuses the file made from this source, or makes it.
    pub fn reuse_or_make(
        &mut self,
        logical: &str,
        source: &[u8],
        make: impl FnOnce() -> Result<Vec<u8>>,
    ) -> Result<&Built> {
        if !self.reuse(logical, source) {
            let bytes = make()?;
            self.put(logical, source, &bytes)?;
        }
        Ok(&self.now[logical])
    }

    /// Reuses the file that the last build made from this source, if there is one.
    pub fn reuse(&mut self, logical: &str, source: &[u8]) -> bool {
        let Some(built) = self.before.get(logical) else { return false };
        if built.source != source_hash(source) || !self.dir.join(&built.file).exists() {
            return false;
        }
        self.now.insert(logical.to_owned(), built.clone());
        true
    }

    /// Reuses every file below a logical folder.
    pub fn reuse_below(&mut self, folder: &str) {
        let below = self.before.range(folder.to_owned()..);
        for (logical, built) in below.take_while(|(logical, _)| logical.starts_with(folder)) {
            self.now.insert(logical.clone(), built.clone());
        }
    }

    /// Writes a file and its compressed copies.
    pub fn put(&mut self, logical: &str, source: &[u8], bytes: &[u8]) -> Result<&Built> {
        let hash = hash(&[bytes]);
        let (stem, ending) = logical.rsplit_once('.').context("an asset's name has an ending")?;
        let file = format!("{}.{hash}.{ending}", stem.replace('/', "-"));
        // The loader's address is pasted into pages by hand and never changes.
        let url =
            if logical == "widget.js" { "/widget.js".into() } else { format!("/assets/{file}") };
        let path = self.dir.join(&file);
        fs::write(&path, bytes)?;
        let compressed = |ending: &str, packed: Vec<u8>| -> Result<u64> {
            let path = self.dir.join(format!("{file}.{ending}"));
            if packed.len() < bytes.len() {
                fs::write(path, &packed)?;
                Ok(packed.len() as u64)
            } else {
                let _ = fs::remove_file(path);
                Ok(bytes.len() as u64)
            }
        };
        let built = Built {
            logical: logical.to_owned(),
            url,
            media_type: media_type(ending).to_owned(),
            hash,
            source: source_hash(source),
            bytes: bytes.len() as u64,
            gzip: compressed("gz", pack::gzip(bytes)?)?,
            brotli: compressed("br", pack::brotli(bytes)?)?,
            file,
        };
        self.now.insert(logical.to_owned(), built);
        Ok(&self.now[logical])
    }

    /// The address of a logical name in this build.
    pub fn url(&self, logical: &str) -> Option<&str> {
        self.now.get(logical).map(|built| built.url.as_str())
    }

    /// Writes the manifest if it changed, and removes what nothing refers to any more.
    pub fn finish(self) -> Result<Manifest> {
        let manifest: Manifest = self.now.into_values().collect();
        let text = serde_json::to_string_pretty(&write(&manifest))?;
        let path = self.dir.join("manifest.json");
        if fs::read_to_string(&path).ok().as_deref() != Some(text.as_str()) {
            fs::write(&path, &text)?;
        }
        let wanted: BTreeSet<&str> = manifest.iter().map(|built| built.file.as_str()).collect();
        for entry in fs::read_dir(&self.dir)? {
            let path = entry?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            let file = name.strip_suffix(".br").or(name.strip_suffix(".gz")).unwrap_or(&name);
            if file != "manifest.json" && !wanted.contains(file) && path.is_file() {
                fs::remove_file(&path)?;
            }
        }
        Ok(manifest)
    }
}

fn read(manifest: &Value) -> BTreeMap<String, Built> {
    let assets = manifest["assets"].as_array().map(Vec::as_slice).unwrap_or_default();
    let text = |asset: &Value, key: &str| asset[key].as_str().unwrap_or_default().to_owned();
    let number = |asset: &Value, key: &str| asset[key].as_u64().unwrap_or_default();
    let built = assets.iter().map(|asset| Built {
        logical: text(asset, "logical"),
        file: text(asset, "file"),
        url: text(asset, "url"),
        media_type: text(asset, "media_type"),
        hash: text(asset, "hash"),
        source: text(asset, "source"),
        bytes: number(asset, "bytes"),
        gzip: number(asset, "gzip"),
        brotli: number(asset, "brotli"),
    });
    built.map(|built| (built.logical.clone(), built)).collect()
}

fn write(manifest: &Manifest) -> Value {
    let assets = manifest.iter().map(|built| {
        json!({
            "logical": built.logical,
            "file": built.file,
            "url": built.url,
            "media_type": built.media_type,
            "hash": built.hash,
            "source": built.source,
            "bytes": built.bytes,
            "gzip": built.gzip,
            "brotli": built.brotli,
        })
    });
    json!({ "assets": assets.collect::<Vec<_>>() })
}

fn media_type(ending: &str) -> &'static str {
    match ending {
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "wasm" => "application/wasm",
        "woff2" => "font/woff2",
        _ => "application/octet-stream",
    }
}

fn source_hash(source: &[u8]) -> String {
    let recipe = RECIPE.iter().map(|text| text.as_bytes());
    hash(&recipe.chain([source]).collect::<Vec<_>>())
}

/// 64 bits of SHA-256: names differ when contents do.
fn hash(parts: &[&[u8]]) -> String {
    let mut digest = Sha256::new();
    for part in parts {
        digest.update(part);
    }
    let first = digest.finalize()[..8].try_into().expect("SHA-256 has 32 bytes");
    format!("{:016x}", u64::from_be_bytes(first))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_did_not_change_is_not_made_again_and_what_nobody_asks_for_is_removed() {
        let dir = tempfile::tempdir().expect("a temporary folder");
        let text = "body { color: red }".repeat(9);
        let mut store = Store::open(dir.path()).expect("opens");
        store.put("panel.css", b"source", text.as_bytes()).expect("writes");
        store.put("old.css", b"old", b"x").expect("writes");
        let first = store.finish().expect("finishes");
        assert!(first[1].brotli < first[1].bytes);

        let mut store = Store::open(dir.path()).expect("opens");
        store.reuse_or_make("panel.css", b"source", || panic!("made again")).expect("reuses");
        assert!(!store.reuse("old.css", b"new"));
        assert_eq!(store.finish().expect("finishes"), first[1..]);
        assert!(!dir.path().join(&first[0].file).exists());
        assert!(dir.path().join(format!("{}.br", first[1].file)).exists());
    }
}
