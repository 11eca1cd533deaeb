//! The delivery contract under SIGKILL: the real binary ends at any instant while visitors write, and what it
//! acknowledged is there afterwards.

#[path = "../../../testing/engines.rs"]
mod engines;
#[path = "../it/world/http.rs"]
#[expect(dead_code, reason = "the forms need less of it than the other tests")]
mod http;

mod kills;
mod mail;
mod server;
mod visitor;
