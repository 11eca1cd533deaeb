//! What an agent's console reads and does. Every verb asks `people/permission.rs`; what an agent does not see is
//! `NotFound`, like what is not there.

mod closing;
mod comments;
mod connected;
mod contact;
mod drafts;
mod forgotten;
mod handover;
mod link;
mod me;
mod mentions;
mod messages;
mod offers;
mod presence;
mod properties;
mod reads;
mod replies;
mod reveal;
mod search;
mod settled;
mod sign_in;
mod state;
mod transfer_reason;
mod worklist;

pub use comments::Comment;
pub use connected::ConsoleGuard;
pub use contact::ContactChanges;
pub use handover::HandoverTarget;
pub use mentions::Mention;
pub use properties::Changes;
pub use settled::SettledHandover;
pub(crate) use worklist::SharedRows;
pub use worklist::{Listing, ROWS_A_PAGE};
