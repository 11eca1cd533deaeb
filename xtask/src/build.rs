//! `cargo xtask build`: assets, then the server around them.

use anyhow::Result;

use crate::{assets, place, run};

/// Builds the server with its assets embedded.
pub fn build(release: bool) -> Result<()> {
    assets::build()?;
    server(release)?;
    let binary = place::ayuda(if release { "release" } else { "debug" });
    let bytes = binary.metadata()?.len();
    run::say(&format!("{} ({} MiB)", binary.display(), bytes.div_ceil(1024 * 1024)));
    Ok(())
}

/// Builds the binary `ayuda` around the assets that lie in place.
pub fn server(release: bool) -> Result<()> {
    run::say(if release { "Building the server (release)" } else { "Building the server" });
    let mut cargo = run::cargo(["build", "--package", "server", "--bin", "ayuda"]);
    if release {
        cargo.arg("--release");
    }
    run::run(&mut cargo)
}
