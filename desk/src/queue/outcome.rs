//! What an attempt comes to.

use protocol::Timestamp;

/// What became of an attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It is done.
    Done,
    /// It is done, and the attempt's own transaction has taken the row off the table.
    Settled,
    /// It went well and is due again.
    Again(Timestamp),
    /// It failed: once more after a pause that grows, until there were too many attempts.
    Failed(String),
    /// It failed: once more at this instant.
    Retry(Timestamp, String),
    /// It failed, and no further attempt would help: a person has to look.
    Parked(String),
}
