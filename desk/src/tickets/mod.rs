//! Tickets and what is on them: the entries and who follows them, the files, and the row that a transaction locks
//! while it changes one.

mod chat;
pub(crate) mod contact;
pub(crate) mod entries;
pub mod files;
pub(crate) mod follow;
pub(crate) mod heard;
mod locked;
mod mentioned;
mod message;
mod new;
pub(crate) mod properties;
pub(crate) mod repeat;
mod site_of;
pub(crate) mod transcript;
mod visitor;

pub(crate) use chat::{ChatState, LockedChat, OpenOffer, attended};
pub(crate) use locked::LockedTicket;
pub use message::Message;
pub(crate) use new::FormDigest;
pub use new::{NewChat, NewRequest};
pub(crate) use site_of::{PlaceRow, TicketSites, party, place_columns};
pub use transcript::LocalTimes;
pub use visitor::Visitor;
