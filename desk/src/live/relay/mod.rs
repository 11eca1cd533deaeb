//! What crosses between the processes that serve one PostgreSQL: notices with ids alone (`LISTEN` and `NOTIFY`). Whoever hears one
//! reads what its own sockets lack.
//!
//! A commit says what it has done in the same transaction. A process whose listener was away takes it that anything may have
//! happened. SQLite has one process that serves, and nothing of this.

mod news;
mod notice;
mod outbox;
mod text;

pub(crate) use news::{News, TicketNews};
pub(crate) use notice::Notice;

use crate::{Desk, db::Effects};
use outbox::Outbox;

/// This process's end of it.
#[derive(Default)]
pub(crate) struct Relay {
    outbox: Outbox,
}

impl Desk {
    /// Tells the other processes what no transaction of theirs or ours says. It may be lost.
    pub(crate) fn notify(&self, notice: Notice) {
        if self.db().is_postgres() {
            outbox::notify(self, notice);
        }
    }
}

/// The texts that a transaction tells the other processes with its commit.
pub(crate) fn texts(desk: &Desk, effects: &Effects) -> Vec<String> {
    text::write(desk.node(), &News::of(effects).into_notices())
}
