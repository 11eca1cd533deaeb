//! Runs other programs, so that a reader sees what is done and what failed.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader, IsTerminal, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::paths;

/// Prints what happens next, to standard error.
pub fn announce(text: &str) {
    if std::io::stderr().is_terminal() {
        eprintln!("\x1b[1;36m==>\x1b[0m \x1b[1m{text}\x1b[0m");
    } else {
        eprintln!("==> {text}");
    }
}

/// Cargo, the one that runs us, in the root of the checkout.
pub fn cargo<S: AsRef<OsStr>>(arguments: impl IntoIterator<Item = S>) -> Command {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.current_dir(paths::root()).args(arguments);
    // What `cargo run` set for us would make every build script think that something changed.
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy();
        if name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_") {
            command.env_remove(name.as_ref());
        }
    }
    command
}

/// Runs to the end; anything but success is an error that names the command.
pub fn run(command: &mut Command) -> Result<()> {
    let status = command.status().with_context(|| format!("cannot start {}", shown(command)))?;
    if status.success() { Ok(()) } else { bail!("{} failed ({status})", shown(command)) }
}

/// What a command prints on standard output, without its last line break.
pub fn output(command: &mut Command) -> Result<String> {
    let output = command
        .stderr(Stdio::inherit())
        .output()
        .with_context(|| format!("cannot start {}", shown(command)))?;
    if !output.status.success() {
        bail!("{} failed ({})", shown(command), output.status);
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim_end().to_owned())
}

/// How long a program may print nothing before its children count as stuck.
const SILENCE: Duration = Duration::from_mins(10);

/// Runs to the end, shows every line of standard output as it comes and hands it to `each`;
/// the answer is whether the command succeeded. After a [`SILENCE`] whatever the command runs is ended, so that what
/// is stuck fails by name instead of keeping all the rest from being run.
pub fn follow(command: &mut Command, mut each: impl FnMut(&str)) -> Result<bool> {
    let mut child = command
        .stdout(Stdio::piped())
        .spawn()
        .with_context(|| format!("cannot start {}", shown(command)))?;
    let mut lines = BufReader::new(child.stdout.take().expect("standard output is a pipe"));
    let mut line = Vec::new();
    let (printed, silence) = mpsc::channel();
    let parent = child.id();
    let watch = thread::spawn(move || end_what_is_silent(parent, &silence));
    while lines.read_until(b'\n', &mut line)? > 0 {
        std::io::stdout().write_all(&line)?;
        each(String::from_utf8_lossy(&line).trim_end());
        line.clear();
        // The watch outlives the sender.
        let _ = printed.send(());
    }
    drop(printed);
    let status = child.wait()?;
    watch.join().expect("the watch does not panic");
    Ok(status.success())
}

/// Ends the children of `parent` each time that it has printed nothing for too long.
fn end_what_is_silent(parent: u32, printed: &mpsc::Receiver<()>) {
    loop {
        match printed.recv_timeout(SILENCE) {
            Ok(()) => {}
            Err(RecvTimeoutError::Disconnected) => return,
            Err(RecvTimeoutError::Timeout) => {
                println!("nothing was printed for {} s: what runs is ended", SILENCE.as_secs());
                let mut kill = Command::new("pkill");
                if let Err(error) = run(kill.args(["-KILL", "-P", &parent.to_string()])) {
                    println!("{error:#}");
                }
            }
        }
    }
}

/// The full path of a program, if it is on the `PATH`.
pub fn find(program: &str) -> Option<std::path::PathBuf> {
    if program.contains('/') {
        return Path::new(program).is_file().then(|| program.into());
    }
    std::env::split_paths(&std::env::var_os("PATH")?)
        .map(|dir| dir.join(program))
        .find(|file| file.is_file())
}

fn shown(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}
