//! A site and its queues.

use super::limits::Limits;
use protocol::{QueueId, SiteId, SiteKey, settings::ClosingReason};

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
    /// The schedule as it was given (the JSON form of `behaviours.md`); parsed by `hours::availability`.
    pub schedule: serde_json::Value,
    /// "Closed now".
    pub closed_now: bool,
    /// Reasons offered when an agent ends a chat.
    pub closing_reasons: Vec<ClosingReason>,
}

/// A queue of work.
#[derive(Clone, Debug)]
pub struct Queue {
    pub id: QueueId,
    pub name: String,
}
