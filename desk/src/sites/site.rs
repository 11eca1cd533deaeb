//! A site and its queues.

use super::lists::Lists;
use crate::Result;
use protocol::{
    Code, Field, QueueId, Refusal, SiteId, SiteKey, Timestamp,
    settings::{
        AwayReason, ClosingReason, Hue, Language, Limits, List, Origin, Prefix, QueueName, Replies,
        SiteName,
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
    /// Those in use.
    pub queues: Vec<Queue>,
    /// Those that were removed: tickets lie there, and nothing new comes.
    pub removed_queues: Vec<Queue>,
    /// The schedule as it was given (the JSON form of `behaviours.md`); parsed by `hours::availability`.
    pub schedule: serde_json::Value,
    /// Visitors choose the queue before a chat.
    pub ask_queue: bool,
    /// "Closed now"; what was removed is.
    pub closed_now: bool,
    /// Whether agents without the right to see sensitive data read it masked.
    pub masking: bool,
    /// Removed while chats were under way: nothing is written any more, and it goes with the last of them. None: in
    /// use.
    pub removed_at: Option<Timestamp>,
    /// Reasons offered when an agent ends a chat.
    pub closing_reasons: List<ClosingReason>,
    /// Reasons offered to an agent who becomes *Ausente*.
    pub away_reasons: List<AwayReason>,
    /// Texts that its agents insert by name.
    pub replies: Replies,
    /// States, priorities, types and tags of its tickets.
    pub lists: Lists,
}

impl Site {
    /// The queues in use, then those that were removed.
    pub fn all_queues(&self) -> impl Iterator<Item = &Queue> {
        self.queues.iter().chain(&self.removed_queues)
    }

    /// Whether this queue of the site was removed.
    pub fn has_removed(&self, queue: QueueId) -> bool {
        self.removed_queues.iter().any(|removed| removed.id == queue)
    }

    /// The text of one of the closing reasons; of any where there are none to choose from.
    ///
    /// # Errors
    /// `Invalid` for one that is not on the list.
    pub(crate) fn check_reason(&self, reason: &ClosingReason) -> Result<String> {
        if !self.closing_reasons.is_empty() && !self.closing_reasons.contains(reason) {
            return Err(Refusal::of(Field::Reason, Code::Invalid).into());
        }
        Ok(reason.to_string())
    }

    /// The queue of a new ticket: the one that its visitor chose, where the owner asks, else the first.
    ///
    /// # Errors
    /// `Invalid` for one that the site does not have (any more).
    pub(crate) fn queue_for(&self, chosen: Option<QueueId>) -> Result<Option<QueueId>> {
        match chosen.filter(|_| self.ask_queue) {
            None => Ok(self.queues.first().map(|queue| queue.id)),
            Some(id) if self.queues.iter().any(|queue| queue.id == id) => Ok(Some(id)),
            Some(_) => Err(Refusal::of(Field::Queue, Code::Invalid).into()),
        }
    }
}

/// A queue of work.
#[derive(Clone, Debug)]
pub struct Queue {
    pub id: QueueId,
    pub name: QueueName,
}
