//! Work that is kept as rows until it is done: one mechanism for jobs, mails and whatever comes.
//!
//! A row is written in the transaction of what makes it necessary. A worker claims it for a while (several processes
//! may share the database) and makes an attempt; then the row is done, due again, or parked for a person, with its
//! error. An attempt happens at least once: a claim that is not settled in its time lapses, and the row is due again.

mod backoff;
mod claim;
mod failure;
pub(crate) mod jobs;
mod lease;
mod outcome;
mod settle;
mod slots;
mod table;
mod wake;
mod work;
mod worker;

pub(crate) use backoff::Backoff;
pub(crate) use failure::chain;
pub(crate) use lease::Lease;
pub(crate) use outcome::Outcome;
pub(crate) use slots::{Room, Slots};
pub(crate) use table::{Table, table};
pub(crate) use wake::Wakeups;
pub(crate) use work::Work;
pub(crate) use worker::{run, tick};
#[cfg(test)]
pub(crate) use {claim::claim, lease::Claimed, settle::settle};
