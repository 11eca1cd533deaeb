//! The delivery contract under SIGKILL, power cuts and a disk that fails: the real binary ends at any instant while
//! visitors write, and what it acknowledged is there afterwards.

#[path = "../../../testing/engines.rs"]
mod engines;
#[path = "../it/world/http.rs"]
#[expect(dead_code, reason = "the forms need less of it than the other tests")]
mod http;

#[cfg(target_os = "linux")]
mod descriptors;
mod kills;
mod lock;
mod mail;
#[cfg(target_os = "linux")]
mod no_disk;
#[cfg(target_os = "linux")]
mod power_cut;
mod server;
#[cfg(target_os = "linux")]
mod shim;
mod visitor;
