//! Whom a waiting chat rings at: one agent at a time (`behaviours.md`, "Offers").

mod candidates;
mod changes;
mod line;
mod offer;
mod pick;
mod task;

pub(crate) use candidates::is_reachable;
pub(crate) use changes::{Changes, agent_changed, sites_changed, sites_were_changed};
pub(crate) use task::run;
