//! What the panel knows and decides, without a browser: events come in with the instant and the random number that they
//! need, [`State`] changes, and [`Effect`]s say what is to be done about it. No file of this folder uses `web_sys`,
//! `js_sys`, a clock or a dice; its tests run on any machine, and one of them checks that.

mod attach;
mod chat;
mod check;
mod commands;
mod connection;
mod delivery;
mod draft;
mod effect;
mod flip;
mod form;
mod host;
mod length;
mod log_items;
mod menu;
mod message;
mod model;
mod other_tab;
mod own;
mod own_tickets;
mod read_upto;
mod reading;
mod server;
mod submission;
mod ticket;
mod typing;
mod upload;

#[cfg(test)]
mod fixture;

pub use check::file_refusals;
pub use delivery::DeliveryLabel;
pub use draft::Draft;
pub use effect::{Effect, Focus};
pub use host::{HostMessage, Person, Question};
pub use log_items::{Content, LogItem, Message};
pub use model::{Environment, Kept, PendingCommand, State, Stored};
pub use read_upto::Reading;
pub use submission::{FormAnswer, Submission};
pub use upload::{Progress, UploadId};
