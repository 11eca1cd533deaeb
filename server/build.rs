//! Embeds the built assets into the binary: reads `manifest.json` as `cargo xtask` wrote it and
//! generates one static table. Without assets the table is empty and every page works scriptless.

use std::env;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

fn main() {
    println!("cargo::rerun-if-env-changed=AYUDA_ASSETS_DIR");
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    let dir =
        env::var_os("AYUDA_ASSETS_DIR").map_or_else(|| target(&out).join("assets"), Into::into);
    // Cargo takes a watched path that does not exist as changed on every build. An empty folder
    // is watched quietly until the assets appear in it.
    let _ = fs::create_dir_all(&dir);
    let manifest = dir.join("manifest.json");
    let watched = if manifest.exists() { &manifest } else { &dir };
    println!("cargo::rerun-if-changed={}", watched.display());

    let table = match fs::read(&manifest) {
        Ok(bytes) => table(&dir, &serde_json::from_slice(&bytes).expect("manifest.json is JSON")),
        Err(_) => "pub(super) static ASSETS: &[super::Asset] = &[];\n".to_owned(),
    };
    fs::write(out.join("assets.rs"), table).expect("OUT_DIR can be written");
}

/// The target folder, found upwards from `OUT_DIR` by the tag that cargo leaves in it.
fn target(out: &Path) -> PathBuf {
    out.ancestors()
        .find(|dir| dir.join("CACHEDIR.TAG").exists())
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../target"), Path::to_path_buf)
}

fn table(dir: &Path, manifest: &Value) -> String {
    let mut code = String::from("pub(super) static ASSETS: &[super::Asset] = &[\n");
    let assets = manifest["assets"].as_array().expect("manifest.json has assets");
    for asset in assets {
        let text = |key: &str| asset[key].as_str().expect("every asset names itself");
        let file = dir.join(text("file"));
        let packed = |ending: &str| {
            let packed = format!("{}.{ending}", file.display());
            if Path::new(&packed).exists() {
                format!("Some(include_bytes!({packed:?}))")
            } else {
                "None".into()
            }
        };
        writeln!(
            code,
            "    super::Asset {{ logical: {:?}, url: {:?}, media_type: {:?}, etag: {:?}, \
             body: include_bytes!({:?}), br: {}, gz: {} }},",
            text("logical"),
            text("url"),
            text("media_type"),
            format!("W/\"{}\"", text("hash")),
            file.display().to_string(),
            packed("br"),
            packed("gz"),
        )
        .expect("writing to a String cannot fail");
    }
    code.push_str("];\n");
    code
}
