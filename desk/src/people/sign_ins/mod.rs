//! How often it may be tried to sign in: failed attempts count by client, by account, and by the two together, so that
//! whoever guesses at one account shuts nobody out of another, even from where all clients have one address.
//!
//! Each process counts in memory. On PostgreSQL, where several serve one database, they count together in rows as well;
//! while nothing can be stored, each for itself.

mod attempt;
mod counted;
mod memory;
mod rows;

pub use attempt::SignInAttempt;
pub(crate) use attempt::attempt;
pub use counted::AttemptError;
pub(crate) use counted::Who;
pub(crate) use memory::Memory;
pub(crate) use rows::SWEEP;
