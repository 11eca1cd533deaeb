//! Paths of the checkout and of what is built.

use std::env;
use std::path::{Path, PathBuf};

/// The root of the checkout.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask lies in the workspace")
}

/// Cargo's target folder, wherever the user has it.
pub fn target() -> PathBuf {
    match env::var_os("CARGO_TARGET_DIR") {
        Some(dir) => root().join(dir),
        // This very program lies in it, under a profile's name.
        None => env::current_exe()
            .ok()
            .and_then(|exe| {
                exe.ancestors().find(|dir| dir.join("CACHEDIR.TAG").exists()).map(Path::to_path_buf)
            })
            .unwrap_or_else(|| root().join("target")),
    }
}

/// Where built assets go; `server/build.rs` reads the same variable.
pub fn assets() -> PathBuf {
    env::var_os("AYUDA_ASSETS_DIR").map_or_else(|| target().join("assets"), PathBuf::from)
}

/// The server's binary of a profile's folder, `debug` or `release`.
pub fn ayuda(profile: &str) -> PathBuf {
    target().join(profile).join(format!("ayuda{}", env::consts::EXE_SUFFIX))
}
