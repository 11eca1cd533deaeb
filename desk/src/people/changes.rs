//! What of an agent is to change, and why it does not.

use super::identity::Role;
use crate::Error;
use protocol::{
    SiteKey,
    settings::{Capacity, Picture, QueueName},
    text::PersonName,
};

/// `ayuda agent set`; none: it stays as it is.
#[derive(Clone, Debug, Default)]
pub struct AgentChanges {
    pub name: Option<PersonName>,
    pub role: Option<Role>,
    /// Site keys, instead of those before; empty: every site (also those made later).
    pub sites: Option<Vec<String>>,
    /// Queue names, instead of those before; empty: every queue of the agent's sites.
    pub queues: Option<Vec<String>>,
    /// Cleared: as many chats as each site says.
    pub capacity: Change<Capacity>,
    pub picture: Change<Picture>,
    /// Whether masking leaves them what it takes from others.
    pub sees_sensitive: Option<bool>,
}

/// What becomes of a value that may be absent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Change<T> {
    /// It stays as it is.
    #[default]
    Keep,
    /// It is absent from now on.
    Clear,
    /// It is this from now on.
    To(T),
}

impl<T> Change<T> {
    /// Puts the change into a stored value.
    pub(crate) fn apply_to<S>(&self, stored: &mut Option<S>, store: impl FnOnce(&T) -> S) {
        match self {
            Self::Keep => {}
            Self::Clear => *stored = None,
            Self::To(value) => *stored = Some(store(value)),
        }
    }
}

/// Why an agent is not made, shown or changed.
#[derive(Debug, thiserror::Error)]
pub enum AgentError {
    /// Nobody has this address.
    #[error("no agent has this address")]
    NoAgent,
    /// No site has this key.
    #[error("there is no site {key:?}")]
    NoSite {
        key: String,
        /// The sites there are, by name.
        known: Vec<SiteKey>,
    },
    /// No queue of the agent's sites has this name.
    #[error("no queue of the agent's sites is called {name:?}")]
    NoQueue {
        name: String,
        /// The queues there are in these sites, each name once.
        known: Vec<QueueName>,
    },
    /// Who is disabled is made anew in no way: enable them first.
    #[error("the agent is disabled")]
    Disabled,
    /// No enabled owner with a password would be left.
    #[error("this is the last owner who can sign in")]
    LastOwner,
    /// The input is to blame, or the database.
    #[error(transparent)]
    Desk(#[from] Error),
}
