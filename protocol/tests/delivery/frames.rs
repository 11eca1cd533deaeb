//! What is on its way between a client and the server.

use protocol::{EntryId, Refusal, Seq, Timestamp, entry::VisitorEntry};
use std::collections::VecDeque;

#[derive(Clone, Debug)]
pub enum Up {
    Hello { after: Seq },
    Say { id: EntryId, text: String },
    Resume { after: Seq },
    Ping,
}

#[derive(Clone, Debug)]
pub enum Down {
    Welcome,
    Entries { entries: Vec<VisitorEntry>, last: Seq },
    Entry(VisitorEntry),
    Ack { id: EntryId, seq: Seq, at: Timestamp },
    Refused { id: EntryId, refusal: Refusal },
    Pong,
}

/// The one at this place, counted round and round.
pub fn take<T>(queue: &mut VecDeque<T>, which: usize) -> Option<T> {
    let at = which.checked_rem(queue.len())?;
    queue.remove(at)
}

/// Sends the one at this place twice.
pub fn double<T: Clone>(queue: &mut VecDeque<T>, which: usize) {
    if let Some(at) = which.checked_rem(queue.len()) {
        queue.push_back(queue[at].clone());
    }
}
