//! How a transaction of PostgreSQL is known again when its connection is lost.

use protocol::EntryId;

/// How a transaction is known again. Its number alone does not do: a server that crashes may give the number of what it
/// lost to another.
#[derive(Clone, Copy, Debug)]
pub(super) enum Mark {
    /// An entry that it has added; its position is the transaction's number.
    Entry { position: i64, id: EntryId },
    /// The number, and when the server that gave it was started (microseconds since 1970).
    Number { number: i64, started: i64 },
}
