//! Who a person is: what their session knows of them, and what they serve.

use protocol::{AgentId, QueueId, SiteId, Timestamp, agent::AgentState};
use std::collections::{BTreeMap, BTreeSet};

pub use protocol::Role;

/// A person who answers, as of one reading of sites and agents (`sites/snapshot.rs`); whoever keeps one longer keeps a
/// right that may be gone. Who is disabled is none.
#[derive(Clone, Debug)]
pub struct Agent {
    pub id: AgentId,
    pub name: String,
    pub email: String,
    pub role: Role,
    pub state: AgentState,
    pub since: Timestamp,
    /// `es`, `en`, `pt`.
    pub lang: String,
    /// Whether they read sensitive data unmasked.
    pub sees_sensitive: bool,
    /// The sites served, each with its queues. What follows from it is in `permission.rs` alone.
    pub sites: BTreeMap<SiteId, Queues>,
}

/// The queues of a site that an agent serves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Queues {
    /// Every queue, also one made later.
    All,
    /// These.
    Only(BTreeSet<QueueId>),
}

impl Queues {
    /// Whether work of this queue is theirs; work without a queue is everybody's.
    pub(crate) fn serve(&self, queue: Option<QueueId>) -> bool {
        match (self, queue) {
            (Self::All, _) | (_, None) => true,
            (Self::Only(queues), Some(queue)) => queues.contains(&queue),
        }
    }
}

/// Addresses are one agent's whatever their case.
pub(crate) fn email_key(email: &str) -> String {
    email.trim().to_lowercase()
}
