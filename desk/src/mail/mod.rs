//! Mail, and the addresses and proofs that it carries.

mod address;
pub(crate) mod outbound;
pub(crate) mod proof;

pub(crate) use address::find_replied_ticket;
pub(crate) use outbound::{
    AgentMail, Mailer, Queued, VisitorMail, mail_agents, mail_visitor, queue_visitor_mail,
};
pub use outbound::{KeptMail, MailState, greet_relay};
