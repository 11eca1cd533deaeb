//! The console's pages through the front door: the router, over a desk with a database.
#![cfg(feature = "ssr")]
#![allow(clippy::unwrap_used, reason = "tests")]

mod forms;
mod functions;
mod pages;
mod world;
