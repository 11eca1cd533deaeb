//! What an agent's console reads and does. Every verb asks `people/permission.rs`; what an agent does not see is
//! `NotFound`, like what is not there.

mod closing;
mod connected;
mod for_agent;
mod messages;
mod offers;
mod presence;
mod reads;
mod reveal;
mod search;
mod sign_in;
mod state;
mod worklist;

pub use connected::ConsoleGuard;
pub use worklist::{Listing, ROWS_A_PAGE};
