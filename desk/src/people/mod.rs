//! The people of the desk: who they are, their passwords and sessions.

mod agents;
pub(crate) mod sessions;

pub(crate) use agents::email_key;
pub use agents::{Agent, NewAgent, PASSWORD_LEAST, Role, SessionToken};
