//! The life of a chat without its talk: offered, accepted, handed over, shared, ended, put back, turned into a help
//! request. [`life`] says
//! what may happen; each verb carries that out in a few lines of a transaction, on rows that are as it found them.

mod accept;
mod become_request;
mod begin;
mod carry_out;
mod end;
mod guest;
pub(crate) mod handover;
mod life;
mod offer;
pub(crate) mod outcome;
mod place;
mod requeue;

pub(crate) use accept::accept;
pub(crate) use become_request::become_request;
pub(crate) use begin::begin;
pub(crate) use end::{Ending, end};
pub(crate) use guest::leave as leave_conference;
pub(crate) use life::ChatEvent;
pub(crate) use offer::{Ring, Ringing, ring, stop_ringing};
pub(crate) use place::{change_priority, change_queue};
pub(crate) use requeue::requeue;
