//! Whom a chat rings at that waits, or that is to be handed over or shared: one agent at a time (`behaviours.md`,
//! "Offers").

mod candidates;
mod changes;
mod handover;
mod line;
mod pick;
mod targets;
mod task;
mod withdraw;

#[cfg(test)]
pub(crate) use candidates::is_reachable;
pub(crate) use candidates::may_come;
pub(crate) use changes::{
    Changes, agent_changed, look_at_everything, sites_changed, sites_were_changed,
};
pub(crate) use targets::targets;
pub(crate) use task::{count, run, settle, tick};
pub(crate) use withdraw::is_asked_still;
