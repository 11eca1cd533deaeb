//! The console's pages through the front door: the router, over a desk with a database.
#![cfg(feature = "ssr")]
#![expect(clippy::unwrap_used, reason = "helpers of tests are tests")]

mod forms;
mod functions;
mod pages;
mod world;
