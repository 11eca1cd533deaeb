//! Libraries that stand between the binary and the system, preloaded.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

/// Builds `tests/<name>.c` into a folder, for this machine.
pub fn build(name: &str, folder: &Path) -> PathBuf {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(name);
    let library = folder.join(source.file_name().expect("a name")).with_extension("so");
    let built = Command::new("cc")
        .args(["-shared", "-fPIC", "-O2", "-Wall", "-Wextra", "-Werror", "-pthread", "-o"])
        .args([&library, &source.with_extension("c")])
        .status()
        .expect("cc, which SQLite is built with too");
    assert!(built.success(), "{name}.c does not compile");
    library
}
