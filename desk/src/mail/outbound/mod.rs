//! Mail that goes out: rows in the outbox, written in the transaction of what caused them, and the worker that
//! sends them.

mod attempt;
mod caps;
mod colour;
mod compose;
mod content;
mod enqueue;
mod keep;
mod letter;
pub(crate) mod list;
mod mailer;
mod mention;
mod message;
pub(crate) mod outbox;
mod pending;
mod relay;
mod relay_url;
mod render;
mod row;
mod uncertain;
pub(crate) mod unseen;
mod without_addresses;
mod without_proof;

pub(crate) use caps::{Cap, may_get_transcript};
#[cfg(test)]
pub(crate) use content::MailKind;
pub(crate) use content::{AgentMail, VisitorMail};
pub(crate) use enqueue::{
    Cause, Queued, mail_agents, mail_claimed, mail_mention, mail_password_link, mail_visitor,
    mail_visitor_link, queue_visitor_mail,
};
pub use list::{KeptMail, MailListing, MailState};
pub(crate) use mailer::Mailer;
pub use mailer::greet_relay;
pub(crate) use mention::drop_mention_mail;
