//! The delivery contract: both client halves alone, and together under a network that loses, doubles and reorders
//! frames, cuts sockets, and a server that dies before or after its commits.

mod client;
mod contract;
mod frames;
mod outbox;
mod socket;
mod step;
mod timeline;
mod world;

use protocol::{EntryId, Timestamp};
use std::time::Duration;
use uuid::Uuid;

const CLIENTS: usize = 3;
const JITTER: f64 = 0.5;

fn id(n: u128) -> EntryId {
    EntryId(Uuid::from_u128(n))
}

fn second(n: u64) -> Timestamp {
    Timestamp(0) + Duration::from_secs(n)
}
