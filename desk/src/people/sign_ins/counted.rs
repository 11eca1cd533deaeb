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

/// Whose attempt it is, and at what.
#[derive(Clone, Debug)]
pub(crate) struct Who {
    /// None: this machine.
    pub(super) client: Option<ClientNetwork>,
    /// None: a one-time link. Addresses that no account can have are one account.
    pub(super) account: Option<String>,
}

impl Who {
    /// Signs in to the account of this address.
    pub(crate) fn sign_in(client: Option<ClientNetwork>, email: &str) -> Self {
        Self { client, account: Some(account(email)) }
    }

    /// Asks for a link to the account of this address: counted apart, for whoever forgot a password has tried some.
    pub(crate) fn forgotten(client: Option<ClientNetwork>, email: &str) -> Self {
        let account = format!("forgotten {}", account(email));
        Self { client: client.map(|client| apart("forgotten", &client)), account: Some(account) }
    }

    /// Uses a one-time link: counted apart for the same reason.
    pub(crate) fn link(client: Option<ClientNetwork>) -> Self {
        Self { client: client.map(|client| apart("link", &client)), account: None }
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

fn account(email: &str) -> String {
    if email.len() <= limits::EMAIL_BYTES { email_key(email) } else { String::new() }
}

fn apart(what: &str, client: &ClientNetwork) -> ClientNetwork {
    ClientNetwork(format!("{what} {}", client.0))
}
