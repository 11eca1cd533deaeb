//! Format and lints, for the machine that serves and for browsers.

use crate::test::Tally;
use crate::{install, run};

const WASM: [&str; 2] = ["--target", "wasm32-unknown-unknown"];
const STRICT: [&str; 3] = ["--", "--deny", "warnings"];

pub fn lint(tally: &mut Tally) {
    tally.check("Format", || run::run(&mut run::cargo(["fmt", "--all", "--", "--check"])));
    tally.check("Lints", || {
        run::run(run::cargo(["clippy", "--workspace", "--all-targets"]).args(STRICT))
    });
    tally.check("Rust's library for the browser", install::wasm_target);
    // What the server renders and what the browser runs are the same crates with other features.
    for package in ["widget", "app"] {
        tally.check(&format!("Lints of {package} for browsers"), || {
            let clippy = ["clippy", "--package", package, "--lib", "--features", "hydrate"];
            run::run(run::cargo(clippy).args(WASM).args(STRICT))
        });
    }
}
