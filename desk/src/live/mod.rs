//! What is going on at this moment, in memory: who listens, who is there, and how many chats they have.

pub(crate) mod counts;
mod hub;
mod nodes;
mod panels;
mod presence;
pub(crate) mod relay;
mod watchers;

pub use crate::db::{Event, LastMessage, On, Party, Receipt, RowChange};
pub(crate) use counts::Counts;
pub use hub::{Hub, Lagged, Subscription};
pub(crate) use nodes::Nodes;
pub use nodes::{NodeId, NodeReport};
pub use panels::PanelGuard;
pub(crate) use panels::Panels;
pub(crate) use presence::{CONSOLE_GONE, Presence};
pub(crate) use relay::{Notice, Relay};
pub(crate) use watchers::Watchers;
