//! What commands print. Whoever reads it may go away in the middle (`| head`), which is no error of the command's.

use std::{
    fmt::Arguments,
    io::{self, Write},
};

/// Prints a line on standard output, as `println!` does.
macro_rules! say {
    ($($text:tt)*) => { $crate::cli::out::to_stdout(format_args!("{}\n", format_args!($($text)*))) };
}
/// The same on standard error.
macro_rules! complain {
    ($($text:tt)*) => { $crate::cli::out::to_stderr(format_args!("{}\n", format_args!($($text)*))) };
}
pub(super) use {complain, say};

/// What cannot be written is not read either, so the command goes on with what it is for.
pub(super) fn to_stdout(text: Arguments<'_>) {
    let _ = io::stdout().write_fmt(text);
}

pub(super) fn to_stderr(text: Arguments<'_>) {
    let _ = io::stderr().write_fmt(text);
}

/// Whether a command failed because nobody reads any more what it prints.
pub(super) fn has_no_reader(error: &anyhow::Error) -> bool {
    let error = error.downcast_ref::<io::Error>();
    error.is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}
