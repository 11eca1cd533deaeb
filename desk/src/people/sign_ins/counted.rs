//! What attempts to sign in are counted by, and how many there may be.

use crate::{
    Error,
    people::{client::ClientNetwork, identity::email_key},
};
use protocol::limits;
use std::time::Duration;

/// Failed attempts in [`WINDOW`] that one client may have, and one account at one client.
pub(super) const OF_CLIENT: usize = 5;
/// The same of one account at all clients together.
pub(super) const OF_ACCOUNT: usize = 20;
/// The span in which they are counted.
pub(super) const WINDOW: Duration = Duration::from_mins(15);

/// What failed attempts are counted by.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Counted {
    /// Not this machine: it may be a proxy that nobody declared, and everybody who comes through it.
    Client(ClientNetwork),
    Account(String),
    /// No network: this machine.
    Both(String, Option<ClientNetwork>),
}

impl Counted {
    pub(super) fn limit(&self) -> usize {
        match self {
            Self::Client(_) | Self::Both(..) => OF_CLIENT,
            Self::Account(_) => OF_ACCOUNT,
        }
    }
}

/// More than is allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TooMany {
    pub(super) limit: usize,
    pub(super) wait: Duration,
}

/// Why nothing may be tried.
#[derive(Debug, thiserror::Error)]
pub enum AttemptError {
    /// There were too many: how many there may be, and how long to wait.
    #[error("more than {limit} failed attempts to sign in")]
    TooMany { limit: u64, wait: Duration },
    /// Nobody knows.
    #[error(transparent)]
    Desk(#[from] Error),
}

impl From<TooMany> for AttemptError {
    fn from(TooMany { limit, wait }: TooMany) -> Self {
        Self::TooMany { limit: limit as u64, wait }
    }
}

/// Whose attempt it is.
#[derive(Clone, Debug)]
pub(super) struct Who {
    /// None: this machine.
    pub(super) client: Option<ClientNetwork>,
    /// None: a one-time link. Addresses that no account can have are one account.
    pub(super) account: Option<String>,
}

impl Who {
    pub(super) fn new(client: Option<ClientNetwork>, email: Option<&str>) -> Self {
        let is_possible = |email: &str| email.len() <= limits::EMAIL_BYTES;
        let account =
            |email: &str| if is_possible(email) { email_key(email) } else { String::new() };
        Self { client, account: email.map(account) }
    }

    pub(super) fn counted(&self) -> Vec<Counted> {
        let mut counted = Vec::with_capacity(3);
        counted.extend(self.client.clone().map(Counted::Client));
        if let Some(account) = &self.account {
            counted.push(Counted::Both(account.clone(), self.client.clone()));
            counted.push(Counted::Account(account.clone()));
        }
        counted
    }
}
