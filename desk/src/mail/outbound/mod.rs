//! Mail that goes out: rows in the outbox, written in the transaction of what caused them, and the worker that sends them.

mod attempt;
mod colour;
mod compose;
mod content;
mod enqueue;
mod keep;
mod letter;
pub(crate) mod list;
mod mailer;
mod message;
pub(crate) mod outbox;
mod relay;
mod relay_url;
mod row;
mod uncertain;
pub(crate) mod unseen;
mod without_proof;

pub(crate) use content::{AgentMail, VisitorMail};
pub(crate) use enqueue::{Queued, mail_agents, mail_visitor, queue_visitor_mail};
pub use list::{KeptMail, MailState};
pub(crate) use mailer::Mailer;
pub use mailer::greet_relay;
