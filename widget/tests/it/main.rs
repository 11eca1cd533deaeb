//! What the server's half makes: whole documents, from data to text.
#![cfg(feature = "ssr")]
#![expect(clippy::unwrap_used, reason = "tests")]

mod locales;
mod markup;
mod panel;
mod samples;
mod ticket;
