//! Mail, and the addresses and proofs that it carries.

mod address;
pub(crate) mod outbound;
pub(crate) mod proof;

pub(crate) use outbound::Postman;
pub use outbound::{KeptMail, MailState, greet_relay};
