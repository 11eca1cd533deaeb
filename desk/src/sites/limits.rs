//! The spans and numbers that an owner may set for a site.

use serde::{Deserialize, Serialize};
use std::time::Duration;

/// What an owner may set, `[limits]`. Spans are stored as milliseconds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Limits {
    /// A waiting chat becomes a help request after this (3 min).
    #[serde(with = "millis")]
    pub wait_limit: Duration,
    /// A chat without its customer ends after this (5 min).
    #[serde(with = "millis")]
    pub idle_limit: Duration,
    /// An offer rings for this (20 s).
    #[serde(with = "millis")]
    pub ring_time: Duration,
    /// An agent's active chats go back to the queue this long after its console was gone (60 s).
    #[serde(with = "millis")]
    pub drop_grace: Duration,
    /// A visitor without an open panel is mailed the unseen replies after this (2 min).
    #[serde(with = "millis")]
    pub mail_after: Duration,
    /// Chats an agent has at the most before new ones wait (3).
    pub capacity: u32,
    /// A queue longer than this turns the button to Ayuda when all are at capacity (20).
    pub queue_limit: u32,
    /// One attachment, in bytes (10 MB).
    pub file_bytes: u64,
    /// New tickets per client address and hour (10); 0: any number.
    pub tickets_per_hour: u32,
    /// Messages per client address and minute (60); 0: any number.
    pub messages_per_minute: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            wait_limit: Duration::from_mins(3),
            idle_limit: Duration::from_mins(5),
            ring_time: Duration::from_secs(20),
            drop_grace: Duration::from_mins(1),
            mail_after: Duration::from_mins(2),
            capacity: 3,
            queue_limit: 20,
            file_bytes: protocol::limits::FILE_BYTES,
            tickets_per_hour: 10,
            messages_per_minute: 60,
        }
    }
}

mod millis {
    use serde::{Deserialize, Deserializer, Serializer};
    use std::time::Duration;

    pub(super) fn serialize<S: Serializer>(span: &Duration, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_u64(u64::try_from(span.as_millis()).unwrap_or(u64::MAX))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Duration, D::Error> {
        u64::deserialize(from).map(Duration::from_millis)
    }
}
