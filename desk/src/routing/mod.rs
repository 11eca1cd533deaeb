//! Whom a waiting chat rings at: one agent at a time (`behaviours.md`, "Offers").

mod candidates;
mod changes;
mod line;
mod pick;
mod task;
mod withdraw;

pub(crate) use candidates::is_reachable;
pub(crate) use changes::{
    Changes, agent_changed, look_at_everything, sites_changed, sites_were_changed,
};
pub(crate) use task::{count, run, settle, tick};
