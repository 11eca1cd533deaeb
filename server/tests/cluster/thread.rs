//! One person's end of one ticket: what a browser keeps of it, and what it was told.

use crate::pace::Pace;
use desk::Clock;
use protocol::{
    EntryId, Refusal, Seq, Timestamp,
    delivery::{Outbox, Sequenced, Timeline, Unsent},
};
use std::collections::BTreeMap;

/// What a person said on a ticket, and what became of it.
#[derive(Clone, Debug, Default)]
pub struct Record {
    /// In this order.
    pub said: Vec<EntryId>,
    pub acked: BTreeMap<EntryId, Seq>,
    /// For good.
    pub refused: BTreeMap<EntryId, Refusal>,
}

/// The two halves of the delivery contract, with the storage of the browser.
pub struct Thread<E> {
    pace: Pace,
    outbox: Outbox,
    timeline: Timeline<E>,
    stored: BTreeMap<EntryId, Unsent>,
    pub record: Record,
}

impl<E: Sequenced + Clone> Thread<E> {
    pub fn new(pace: Pace) -> Self {
        Self {
            pace,
            outbox: Outbox::default(),
            timeline: Timeline::new(),
            stored: BTreeMap::new(),
            record: Record::default(),
        }
    }

    /// As after a reload: what storage holds, and no more.
    pub fn reload(&mut self) {
        self.outbox = Outbox::restore(self.stored.values().cloned());
        self.timeline = Timeline::new();
    }

    /// The first frame has gone out.
    pub fn on_connect(&mut self) {
        self.outbox.on_connect();
        self.timeline.on_connect();
    }

    pub fn on_disconnect(&mut self) {
        self.outbox.on_disconnect();
    }

    pub fn last(&self) -> Seq {
        self.timeline.last()
    }

    pub fn entries(&self) -> &[E] {
        self.timeline.entries()
    }

    /// What was said and is not yet in the timeline.
    pub fn on_its_way(&self) -> usize {
        self.outbox.items(self.pace.now()).count()
    }

    pub fn say(&mut self, text: String) -> EntryId {
        let id = Clock::System.new_entry_id();
        let unsent = self.outbox.add(id, text, Vec::new(), self.pace.now());
        self.stored.insert(id, unsent);
        self.record.said.push(id);
        id
    }

    /// What to send now, in order.
    pub fn due(&mut self) -> Vec<Unsent> {
        self.outbox.due(self.pace.now(), Pace::jitter())
    }

    pub fn next_due(&self) -> Option<Timestamp> {
        self.outbox.next_due(self.pace.now())
    }

    pub fn on_ack(&mut self, id: EntryId, seq: Seq, at: Timestamp) {
        let known = self.record.acked.insert(id, seq);
        assert!(known.is_none_or(|known| known == seq), "one message, two places");
        self.outbox.on_ack(id, seq, at);
        self.stored.remove(&id);
    }

    pub fn on_refused(&mut self, id: EntryId, refusal: Refusal) {
        if refusal.code.is_passing() {
            self.outbox.on_refused(id, refusal, self.pace.now(), Pace::jitter());
            return;
        }
        self.record.refused.insert(id, refusal);
        self.outbox.take_back(id);
        self.stored.remove(&id);
    }

    /// One new entry; what to ask for after it.
    pub fn live(&mut self, entry: E) -> Option<Seq> {
        let applied = self.timeline.live(entry);
        self.shown(applied.added);
        applied.ask
    }

    /// An answer; what to ask for after it.
    pub fn page(&mut self, entries: Vec<E>, last: Seq) -> Option<Seq> {
        let applied = self.timeline.page(entries, last);
        self.shown(applied.added);
        applied.ask
    }

    fn shown(&mut self, added: std::ops::Range<usize>) {
        for entry in &self.timeline.entries()[added] {
            self.outbox.on_shown(entry.id());
        }
    }
}
