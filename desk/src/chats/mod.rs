//! The life of a chat without its talk: accepted, ended, put back, turned into a help request. Each is a few lines in a
//! transaction that holds the ticket.

mod accept;
mod become_request;
mod end;
mod leave;
mod requeue;
mod ringing;

pub(crate) use accept::accept;
pub(crate) use become_request::become_request;
pub(crate) use end::end;
pub(crate) use requeue::requeue;
pub(crate) use ringing::close_offer;
