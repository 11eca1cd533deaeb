//! Programs that the commands need beyond cargo: installed where we may, else named in one line.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::postgres_server::{find_programs, is_root};
use crate::{paths, run};

/// Rust's library for the browser.
pub fn wasm_target() -> Result<()> {
    let sysroot =
        run::output(Command::new("rustc").args(["--print", "sysroot"]).current_dir(paths::root()))?;
    if PathBuf::from(sysroot).join("lib/rustlib/wasm32-unknown-unknown/lib").exists() {
        return Ok(());
    }
    run::announce(
        "Installing Rust's library for the browser: rustup target add wasm32-unknown-unknown",
    );
    run::run(Command::new("rustup").args(["target", "add", "wasm32-unknown-unknown"]).current_dir(paths::root()))
        .context("by hand: rustup target add wasm32-unknown-unknown (or your distribution's rust-std for wasm32)")
}

/// Chromium for the browser tests: `AYUDA_CHROMIUM`, or one that is installed, or apt's.
pub fn chromium() -> Result<PathBuf> {
    let wanted = std::env::var("AYUDA_CHROMIUM").ok();
    let known = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"];
    find_or_install("chromium", "Chromium, for the browser tests", || {
        wanted.iter().map(String::as_str).chain(known).find_map(run::find)
    })
}

/// The browsers of other engines than Chromium's, for their story.
pub struct Engines {
    pub firefox: PathBuf,
    /// WebKitGTK's program that speaks WebDriver.
    pub webkit_driver: PathBuf,
    /// WebKitGTK's own browser, which the driver starts.
    pub webkit: PathBuf,
}

/// Firefox (`AYUDA_FIREFOX`, or one that is installed, or apt's), WebKitGTK, and the screen that its windows are on.
pub fn engines() -> Result<Engines> {
    let wanted = std::env::var("AYUDA_FIREFOX").ok();
    let known = wanted.iter().map(String::as_str).chain(["firefox-esr", "firefox"]);
    let firefox = find_or_install("firefox-esr", "Firefox, for the browser tests", || {
        known.clone().find_map(run::find)
    })?;
    let webkit_driver =
        find_or_install("webkit2gtk-driver", "WebKit's driver, for the browser tests", || {
            run::find("WebKitWebDriver")
        })?;
    let webkit =
        find_or_install("libwebkit2gtk-4.1-0", "WebKit, for the browser tests", mini_browser)?;
    find_or_install("xvfb", "Xvfb, the screen for WebKit", || run::find("Xvfb"))?;
    Ok(Engines { firefox, webkit_driver, webkit })
}

/// WebKitGTK's own browser: it is on nobody's `PATH`, and in a folder of the machine's kind.
fn mini_browser() -> Option<PathBuf> {
    let of_kind = std::fs::read_dir("/usr/lib").ok()?.flatten().map(|entry| entry.path());
    let folders = of_kind.chain([PathBuf::from("/usr/libexec")]);
    folders
        .map(|folder| folder.join("webkit2gtk-4.1/MiniBrowser"))
        .find(|program| program.is_file())
}

/// What pages are drawn with: letters, and the faces and hands that people write.
pub fn fonts() -> Result<()> {
    for (file, package, what) in [
        ("DejaVuSans.ttf", "fonts-dejavu-core", "A font, for the browser tests"),
        ("NotoColorEmoji.ttf", "fonts-noto-color-emoji", "A font with emoji, for screenshots"),
    ] {
        find_or_install(package, what, || {
            let found = Command::new("find").args(["/usr/share/fonts", "-name", file]).output();
            let paths = String::from_utf8(found.ok()?.stdout).ok()?;
            paths.lines().next().map(PathBuf::from)
        })?;
    }
    Ok(())
}

/// Node for the browser tests; 20 or newer.
fn node() -> Result<()> {
    if run::find("node").is_none() || run::find("npm").is_none() {
        apt("npm", "Node and npm, for the browser tests")?;
    }
    let version = run::output(Command::new("node").arg("--version"))?;
    let major = version.trim_start_matches('v').split('.').next().and_then(|n| n.parse().ok());
    match major {
        Some(20u32..) => Ok(()),
        _ => bail!(
            "the browser tests need node 20 or newer, this is {version}: https://nodejs.org/en/download"
        ),
    }
}

/// The packages of `end2end/`, exactly as its lock file has them.
pub fn end2end() -> Result<()> {
    node()?;
    let dir = paths::root().join("end2end");
    let lock = std::fs::read(dir.join("package-lock.json"))?;
    let stamp = dir.join("node_modules/.installed-lock.json");
    if std::fs::read(&stamp).is_ok_and(|installed| installed == lock) {
        return Ok(());
    }
    run::announce("Installing the packages of the browser tests: npm ci");
    let npm = ["ci", "--no-audit", "--no-fund", "--ignore-scripts"];
    run::run(Command::new("npm").args(npm).current_dir(&dir))
        .context("by hand: cd end2end && npm ci")?;
    Ok(std::fs::write(stamp, lock)?)
}

/// The folder of PostgreSQL's programs.
pub fn postgres() -> Result<PathBuf> {
    find_or_install("postgresql", "PostgreSQL, for the database tests", find_programs)
}

/// The proxies whose samples the tests run. Debian keeps two of them off the PATH of people.
pub fn proxies() -> Result<()> {
    for (program, package) in [("nginx", "nginx-light"), ("caddy", "caddy"), ("haproxy", "haproxy")]
    {
        find_or_install(package, &format!("{program}, for the test of its sample"), || {
            run::find(program).or_else(|| run::find(&format!("/usr/sbin/{program}")))
        })?;
    }
    Ok(())
}

/// What speaks S3 in the tests of files: its packages, in these versions.
const MOTO: [&str; 3] = ["moto[s3]==5.2.5", "flask==3.1.3", "flask-cors==6.0.5"];

/// moto's server: one on the `PATH`, else of an environment of Python's under the target folder.
pub fn moto() -> Result<PathBuf> {
    if let Some(found) = run::find("moto_server") {
        return Ok(found);
    }
    let dir = paths::target().join("moto");
    let program = dir.join("bin/moto_server");
    let stamp = dir.join("installed");
    let wanted = MOTO.join("\n");
    if program.is_file() && std::fs::read_to_string(&stamp).is_ok_and(|there| there == wanted) {
        return Ok(program);
    }
    run::announce("Installing a server for S3, for the tests of files: pip install moto");
    let venv = || run::run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&dir));
    // Debian keeps the module apart.
    venv().or_else(|_| apt("python3-venv", "Python's venv, for moto").and_then(|()| venv()))?;
    let pip = ["install", "--quiet", "--disable-pip-version-check"];
    run::run(Command::new(dir.join("bin/pip")).args(pip).args(MOTO)).with_context(|| {
        format!("by hand: pip install {}, with moto_server on the PATH", MOTO.join(" "))
    })?;
    std::fs::write(stamp, wanted)?;
    Ok(program)
}

/// What `find` finds, if need be after its package is installed.
fn find_or_install(
    package: &str,
    what: &str,
    find: impl Fn() -> Option<PathBuf>,
) -> Result<PathBuf> {
    if let Some(found) = find() {
        return Ok(found);
    }
    apt(package, what)?;
    find()
        .with_context(|| format!("the package {package} is installed, but nothing of it is found"))
}

/// Installs a package when we may, else says how.
fn apt(package: &str, what: &str) -> Result<()> {
    let hint = format!("{what} is missing; by hand: apt-get install {package}");
    if run::find("apt-get").is_none() || !is_root() {
        bail!("{hint}");
    }
    run::announce(&format!("Installing {what}: apt-get install {package}"));
    let apt = |arguments: &[&str]| {
        run::run(Command::new("apt-get").args(arguments).env("DEBIAN_FRONTEND", "noninteractive"))
    };
    let install = ["install", "--yes", "--no-install-recommends", package];
    apt(&install).or_else(|_| apt(&["update"]).and_then(|()| apt(&install))).context(hint)
}
