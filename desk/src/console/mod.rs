//! What an agent's console reads and does. Every verb checks that the agent serves the ticket's site; another site's id is `NotFound`.

mod closing;
mod connected;
mod messages;
mod offers;
mod presence;
mod reads;
mod sign_in;
mod state;
mod worklist;

pub use connected::ConsoleGuard;
