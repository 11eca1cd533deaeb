//! A site and its queues.

use protocol::{
    QueueId, SiteId, SiteKey, Timestamp,
    settings::{
        ClosingReason, Hue, Language, Limits, List, Origin, Prefix, QueueName, Replies, SiteName,
    },
};

/// A site as everybody reads it.
#[derive(Clone, Debug)]
pub struct Site {
    pub id: SiteId,
    pub key: SiteKey,
    pub name: SiteName,
    pub prefix: Prefix,
    pub lang: Language,
    /// Empty: any.
    pub allowed_origins: List<Origin>,
    /// The brand's; none: the house's.
    pub hue: Option<Hue>,
    pub limits: Limits,
    pub queues: Vec<Queue>,
    /// The schedule as it was given (the JSON form of `behaviours.md`); parsed by `hours::availability`.
    pub schedule: serde_json::Value,
    /// "Closed now"; what was removed is.
    pub closed_now: bool,
    /// Whether agents without the right to see sensitive data read it masked.
    pub masking: bool,
    /// Removed while chats were under way: nothing is written any more, and it goes with the last of them. None: in
    /// use.
    pub removed_at: Option<Timestamp>,
    /// Reasons offered when an agent ends a chat.
    pub closing_reasons: List<ClosingReason>,
    /// Texts that its agents insert by name.
    pub replies: Replies,
}

/// A queue of work.
#[derive(Clone, Debug)]
pub struct Queue {
    pub id: QueueId,
    pub name: QueueName,
}
