//! A ticket's entries as a client has them: always a whole beginning of the server's list.

use crate::{
    EntryId, Seq,
    entry::{AgentEntry, VisitorEntry},
    limits,
};
use std::ops::Range;

/// An entry with its place.
pub trait Sequenced {
    /// Its place in the ticket.
    fn seq(&self) -> Seq;
    /// Its id.
    fn id(&self) -> EntryId;
}

impl Sequenced for VisitorEntry {
    fn seq(&self) -> Seq {
        self.seq
    }
    fn id(&self) -> EntryId {
        self.id
    }
}

impl Sequenced for AgentEntry {
    fn seq(&self) -> Seq {
        self.seq
    }
    fn id(&self) -> EntryId {
        self.id
    }
}

/// What came of a frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Applied {
    /// Which of [`Timeline::entries`] are new.
    pub added: Range<usize>,
    /// Ask the server for what follows this (`Resume` or `Watch`).
    pub ask: Option<Seq>,
}

/// The entries from the first on, without a gap. What arrives beyond a gap waits until the gap is filled.
#[derive(Clone, Debug)]
pub struct Timeline<E> {
    entries: Vec<E>,
    /// In any order, and at most [`limits::ENTRIES`]. A map would be 5 KB of the panel's wasm.
    beyond: Vec<E>,
    /// The furthest that the ticket is known to reach.
    known: Seq,
    /// A question without an answer yet, on this socket.
    asked: Option<Seq>,
}

impl<E> Default for Timeline<E> {
    fn default() -> Self {
        Self { entries: Vec::new(), beyond: Vec::new(), known: Seq::START, asked: None }
    }
}

impl<E: Sequenced> Timeline<E> {
    /// An empty one.
    pub fn new() -> Self {
        Self::default()
    }

    /// The entries in order, from sequence 1.
    pub fn entries(&self) -> &[E] {
        &self.entries
    }

    /// The sequence up to which everything is here: what `Hello`, `Watch` and `Resume` carry.
    pub fn last(&self) -> Seq {
        self.entries.last().map_or(Seq::START, Sequenced::seq)
    }

    /// Whether the ticket is known to go on after what is here.
    pub fn is_behind(&self) -> bool {
        self.last() < self.known
    }

    /// Whether an entry is here.
    pub fn contains(&self, id: EntryId) -> bool {
        self.entries.iter().rev().any(|entry| entry.id() == id)
    }

    /// A new socket whose first frame carried [`Timeline::last`]: that is a question, its answer is a page.
    pub fn on_connect(&mut self) {
        self.asked = Some(self.last());
    }

    /// One new entry.
    pub fn live(&mut self, entry: E) -> Applied {
        let before = self.entries.len();
        self.take(entry);
        self.applied(before)
    }

    /// Entries in order, as an answer; `last` is the ticket's last sequence.
    pub fn page(&mut self, entries: impl IntoIterator<Item = E>, last: Seq) -> Applied {
        let before = self.entries.len();
        for entry in entries {
            self.take(entry);
        }
        self.known = self.known.max(last);
        // Answered. Without progress the same question would get the same answer; the next frame that shows the gap
        // asks again.
        let fruitless = self.asked == Some(self.last()) && self.entries.len() == before;
        self.asked = None;
        if fruitless {
            return Applied { added: before..before, ask: None };
        }
        self.applied(before)
    }

    /// A question may have been lost: asks again if anything is missing. For a timer, at most every few seconds.
    pub fn ask_again(&mut self) -> Option<Seq> {
        self.asked = self.is_behind().then(|| self.last());
        self.asked
    }

    fn take(&mut self, entry: E) {
        let seq = entry.seq();
        self.known = self.known.max(seq);
        if seq == self.last().next() {
            self.entries.push(entry);
            loop {
                let next = self.last().next();
                self.beyond.retain(|waiting| waiting.seq() >= next);
                let Some(at) = self.beyond.iter().position(|waiting| waiting.seq() == next) else {
                    break;
                };
                self.entries.push(self.beyond.swap_remove(at));
            }
        } else if seq > self.last() {
            self.beyond.retain(|waiting| waiting.seq() != seq);
            if self.beyond.len() < limits::ENTRIES {
                self.beyond.push(entry);
            }
        }
    }

    fn applied(&mut self, before: usize) -> Applied {
        let after = self.last();
        // One question at a time; one that has been overtaken may be asked anew.
        let ask =
            (self.is_behind() && self.asked.is_none_or(|asked| asked < after)).then_some(after);
        if ask.is_some() {
            self.asked = ask;
        }
        Applied { added: before..self.entries.len(), ask }
    }
}
