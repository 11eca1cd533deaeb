//! The people who answer: who they are, their accounts, passwords and sessions.

pub(crate) mod account;
pub(crate) mod accounts;
mod changes;
mod identity;
mod passwords;
pub(crate) mod sessions;

pub use account::AgentAccount;
pub(crate) use account::stored_capacity;
pub use accounts::NewAgent;
pub use changes::{AgentChanges, AgentError, Change};
pub(crate) use identity::email_key;
pub use identity::{Agent, Role};
pub use passwords::PASSWORD_LEAST;
pub(crate) use passwords::Passwords;
pub use sessions::SessionToken;
pub(crate) use sessions::Sessions;
