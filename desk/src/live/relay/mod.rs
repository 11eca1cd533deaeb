//! What crosses between the processes that serve one PostgreSQL: notices with ids alone (`LISTEN` and `NOTIFY`).
//! Whoever hears one reads what its own sockets lack.
//!
//! A commit says what it has done in the same transaction. A process whose listener was away takes it that anything may
//! have happened. SQLite has one process that serves, and nothing of this.

mod beats;
mod listener;
mod news;
mod notice;
mod outbox;
mod state;
mod text;

pub(crate) use listener::{Listener, Message, NAMED};
pub(crate) use news::{News, TicketNews};
pub(crate) use notice::Notice;
pub(crate) use outbox::notify;
pub(crate) use state::{Heard, Relay};

use crate::{
    Desk, Result,
    db::{self, Effects, Tx},
};
use std::time::Duration;

/// The texts that a transaction tells the other processes with its commit.
pub(crate) fn texts(desk: &Desk, effects: &Effects) -> Vec<String> {
    text::write(desk.node(), &News::of(effects).into_notices())
}

/// Tells the other processes this too, if and when the transaction is committed.
pub(crate) async fn notify_with(tx: &mut Tx, desk: &Desk, notices: &[Notice]) -> Result<()> {
    db::notify_with(tx, &text::write(desk.node(), notices)).await
}

impl Desk {
    /// How long a notice takes from one process to another: from this one to itself, measured each third of the node's
    /// lease. None on SQLite, and while nothing is heard.
    pub fn relay_lag(&self) -> Option<Duration> {
        self.0.relay.lag(self.moment())
    }
}
