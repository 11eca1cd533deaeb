//! What is going on at this moment, in memory: who listens, who is there, and how much they have to do.

mod hub;
mod presence;

pub use hub::{Event, Hub, Lagged, LastMessage, Receipt, RowChange, Subscription};
pub(crate) use presence::{CONSOLE_GONE, Count, Presence};
pub use presence::{ConsoleGuard, PanelGuard};
