//! What an agent's console reads and does. Every verb asks `people/permission.rs`; what an agent does not see is
//! `NotFound`, like what is not there.

mod closing;
mod connected;
mod handover;
mod messages;
mod offers;
mod presence;
mod reads;
mod sign_in;
mod state;
mod worklist;

pub use connected::ConsoleGuard;
pub use handover::HandoverTarget;
pub use worklist::{Listing, ROWS_A_PAGE};
