//! The people who answer: who they are, who may what, their accounts, passwords and sessions, and how often it may be
//! tried to sign in; and the visitors who have proved an address.

pub(crate) mod account;
pub(crate) mod accounts;
mod changes;
mod client;
mod identity;
mod passwords;
pub(crate) mod permission;
pub(crate) mod sessions;
pub(crate) mod sign_ins;
mod signature;
pub(crate) mod visitor_sessions;

pub use account::AgentAccount;
pub(crate) use account::stored_capacity;
pub use accounts::NewAgent;
pub use changes::{AgentChanges, AgentError, Change};
pub use client::ClientNetwork;
pub(crate) use identity::email_key;
pub use identity::{Agent, Queues, Role};
pub use passwords::PASSWORD_LEAST;
pub(crate) use passwords::Passwords;
pub use sessions::SessionToken;
pub(crate) use sessions::Sessions;
pub use sign_ins::{AttemptError, SignInAttempt};
pub use signature::Identity;
pub(crate) use signature::prove;
pub use visitor_sessions::VisitorSession;
