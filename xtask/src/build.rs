//! `cargo xtask build`: assets, then the server around them.

use anyhow::Result;

use crate::{assets, paths, run};

/// Builds the server with its assets embedded.
pub fn build(release: bool) -> Result<()> {
    assets::build()?;
    server(release)?;
    let binary = paths::ayuda(if release { "release" } else { "debug" });
    let bytes = binary.metadata()?.len();
    run::announce(&format!("{} ({} MiB)", binary.display(), bytes.div_ceil(1024 * 1024)));
    Ok(())
}

/// Builds the binary `ayuda` around the assets that were built before.
pub fn server(release: bool) -> Result<()> {
    run::announce(if release { "Building the server (release)" } else { "Building the server" });
    let mut cargo = run::cargo(["build", "--package", "server", "--bin", "ayuda"]);
    if release {
        cargo.arg("--release");
    }
    run::run(&mut cargo)
}
