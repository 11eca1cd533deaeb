//! Sites, their settings and queues. Read on every request, so they are kept in memory and read again when their revision changes,
//! also by another process.

mod apply;
pub(crate) mod file;
mod snapshot;
pub(crate) mod states;

pub(crate) use snapshot::{Sites, Staff, bump_revision};

use crate::{Desk, Result};
use protocol::{QueueId, SiteId, SiteKey};
use serde::{Deserialize, Serialize};
use std::{sync::Arc, time::Duration};

/// A site as everybody reads it.
#[derive(Clone, Debug)]
pub struct Site {
    pub id: SiteId,
    pub key: SiteKey,
    pub name: String,
    /// `CO` in `CO-1042`.
    pub prefix: String,
    /// `es`, `en` or `pt`.
    pub lang: String,
    /// Exact origins; empty: any.
    pub allowed_origins: Vec<String>,
    /// Brand hue in degrees, 0 to 360.
    pub hue: Option<u16>,
    pub limits: Limits,
    pub queues: Vec<Queue>,
    /// The schedule as it was given (the JSON form of `behaviours.md`); parsed by [`crate::hours::availability`].
    pub schedule: serde_json::Value,
    /// "Closed now".
    pub closed_now: bool,
    /// Reasons offered when an agent ends a chat.
    pub closing_reasons: Vec<String>,
}

/// A queue of work.
#[derive(Clone, Debug)]
pub struct Queue {
    pub id: QueueId,
    pub name: String,
}

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

/// Reads sites and staff for the first time.
pub(crate) async fn load(desk: &Desk) -> Result<()> {
    desk.reload_sites().await?;
    crate::hours::availability::recompute(desk, None);
    Ok(())
}

impl Desk {
    /// By key, from memory.
    pub fn find_site(&self, key: &SiteKey) -> Option<Arc<Site>> {
        self.0.sites.now().by_key(key)
    }

    /// By id, from memory.
    pub fn find_site_by_id(&self, id: SiteId) -> Option<Arc<Site>> {
        self.0.sites.now().by_id(id)
    }

    /// All, by name.
    pub fn sites(&self) -> Vec<Arc<Site>> {
        self.0.sites.now().sites.clone()
    }

    /// `ayuda site show`: the TOML that `apply_site` takes.
    pub fn show_site(&self, key: &SiteKey) -> Option<String> {
        self.find_site(key).map(|site| crate::sites::file::show(&site))
    }

    /// `ayuda site apply`: creates or changes; what is left out stays.
    pub async fn apply_site(&self, toml: &str) -> std::result::Result<Arc<Site>, SiteFileError> {
        apply::apply(self, toml).await
    }

    /// `ayuda site remove`; false when there is none. Its tickets go with it.
    pub async fn remove_site(&self, key: &SiteKey) -> Result<bool> {
        apply::remove(self, key).await
    }
}

/// Why a site file was refused.
#[derive(Debug, thiserror::Error)]
pub enum SiteFileError {
    /// Not TOML, an unknown key, a value out of bounds: with its line (from 1) where one is known.
    #[error("{}{message}", line.map(|n| format!("line {n}: ")).unwrap_or_default())]
    Refused {
        /// Stable name, such as `unknown_key` or `interval_empty`.
        code: &'static str,
        line: Option<usize>,
        message: String,
    },
    /// It was right, but could not be stored.
    #[error(transparent)]
    Desk(#[from] crate::Error),
}
