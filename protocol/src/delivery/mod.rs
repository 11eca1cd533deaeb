//! The clients' half of the delivery contract (`behaviours.md`, "Delivery contract"), as state machines without a
//! socket, a clock or a dice: frames, instants and random numbers come in, what is to be sent goes out. Used by the
//! panel and by the console.
//!
//! A client holds for each ticket one [`Outbox`] and one [`Timeline`], and for its socket one [`Reconnect`] and one
//! [`Pulse`]:
//!
//! - typed: [`Outbox::add`], keep the item in storage, then [`Outbox::due`] and send what it gives
//! - a timer at [`Outbox::next_due`]: [`Outbox::due`] again, and draw again: a message may now be *no enviado*
//! - `Ack`: [`Outbox::on_ack`], forget the item in storage
//! - `Refused` with an id: [`Outbox::on_refused`]
//! - `Entry`: [`Timeline::live`], `Entries`: [`Timeline::page`], both followed by [`Outbox::on_shown`] for each entry
//!   added and, where they say so, a frame that asks for what follows (`Resume` or `Watch`)
//! - `Welcome`: [`Outbox::on_connect`], [`Timeline::on_connect`], [`Reconnect::on_connect`]
//! - the socket closed: [`Outbox::on_disconnect`], then a new one after [`Reconnect::pause`], whose first frame carries
//!   [`Timeline::last`]
//! - drawn: the entries of the timeline, then [`Outbox::items`]

mod backoff;
mod outbox;
mod timeline;

pub use backoff::{Pulse, PulseCheck, Reconnect};
pub use outbox::{Delivery, Outbox, Unsent};
pub use timeline::{Applied, Sequenced, Timeline};
