//! What is going on at this moment, in memory: who listens, who is there, and how many chats they have.

pub(crate) mod counts;
mod hub;
mod presence;

pub use crate::db::{Event, LastMessage, On, Party, Receipt, RowChange};
pub(crate) use counts::Counts;
pub use hub::{Hub, Lagged, Subscription};
pub use presence::PanelGuard;
pub(crate) use presence::{CONSOLE_GONE, Presence};
