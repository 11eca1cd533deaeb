//! What is going on at this moment, in memory: who listens, who is there, and how many chats they have.

pub(crate) mod counts;
mod hub;
mod nodes;
mod presence;
pub(crate) mod relay;

pub use crate::db::{Event, LastMessage, On, Party, Receipt, RowChange};
pub(crate) use counts::Counts;
pub use hub::{Hub, Lagged, Subscription};
pub use nodes::NodeId;
pub use presence::PanelGuard;
pub(crate) use presence::{CONSOLE_GONE, Presence};
pub(crate) use relay::{Notice, Relay};
