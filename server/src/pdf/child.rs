//! The process that draws a page, as it sees itself.

use super::draw::{self, Failed, MEMORY, PROCESSOR_SECONDS};
use protocol::file::PDF_BYTES;
use rustix::process::{Resource, Rlimit, nice, setrlimit};
use std::{
    io::{self, Read, Write},
    num::NonZeroU32,
    process::ExitCode,
};

/// The statuses that it ends with where there is no picture; whatever else it ends with was no decision of its own.
pub(super) const PROTECTED: i32 = 10;
pub(super) const UNREADABLE: i32 = 11;
pub(super) const NO_SUCH_PAGE: i32 = 12;
pub(super) const UNLIMITED: i32 = 13;

/// `ayuda draw-page N`: the PDF on standard input, and on standard output the number of its pages, four bytes with the
/// big end first, and a PNG.
pub(crate) fn run(page: NonZeroU32) -> ExitCode {
    // Before anything of the file is read.
    if limit().is_err() {
        return ended(UNLIMITED);
    }
    let mut pdf = Vec::new();
    if io::stdin().lock().take(PDF_BYTES + 1).read_to_end(&mut pdf).is_err() {
        return ended(UNREADABLE);
    }
    match draw::draw(pdf, page) {
        Ok(drawn) => {
            let mut out = io::stdout().lock();
            let written = out
                .write_all(&drawn.pages.to_be_bytes())
                .and_then(|()| out.write_all(&drawn.png))
                .and_then(|()| out.flush());
            written.map_or(ExitCode::FAILURE, |()| ExitCode::SUCCESS)
        }
        Err(Failed::Protected) => ended(PROTECTED),
        Err(Failed::Unreadable) => ended(UNREADABLE),
        Err(Failed::NoSuchPage) => ended(NO_SUCH_PAGE),
    }
}

fn ended(status: i32) -> ExitCode {
    u8::try_from(status).map_or(ExitCode::FAILURE, ExitCode::from)
}

/// So much memory and processor time, no file, no picture of its memory; and everything else comes first.
fn limit() -> io::Result<()> {
    let limits = [
        (Resource::As, MEMORY),
        (Resource::Cpu, PROCESSOR_SECONDS),
        (Resource::Core, 0),
        (Resource::Fsize, 0),
    ];
    for (resource, most) in limits {
        setrlimit(resource, Rlimit { current: Some(most), maximum: Some(most) })?;
    }
    // A machine that does not allow it draws all the same.
    let _ = nice(10);
    Ok(())
}
