//! A client: the two halves of the contract, its storage and its socket.

use crate::{
    JITTER,
    frames::{Down, Up},
};
use protocol::{
    EntryId, Timestamp,
    delivery::{Applied, Outbox, Pulse, Timeline, Unsent},
    entry::VisitorEntry,
};
use std::collections::{BTreeMap, VecDeque};

#[derive(Default)]
pub struct Client {
    pub outbox: Outbox,
    pub timeline: Timeline<VisitorEntry>,
    pub storage: BTreeMap<EntryId, Unsent>,
    pub connected: bool,
    pub pulse: Option<Pulse>,
    /// The server has had its `Hello`; it answers nothing before.
    pub greeted: bool,
    /// The first frame of this socket has been heard; on a socket in order it is the welcome.
    pub welcomed: bool,
    pub up: VecDeque<Up>,
    pub down: VecDeque<Down>,
}

impl Client {
    pub fn send_due(&mut self, now: Timestamp) {
        for unsent in self.outbox.due(now, JITTER) {
            self.up.push_back(Up::Say { id: unsent.id, text: unsent.text });
        }
    }

    pub fn recv(&mut self, down: Down, now: Timestamp) {
        if let Some(pulse) = &mut self.pulse {
            pulse.on_frame(now);
        }
        if !std::mem::replace(&mut self.welcomed, true) {
            self.outbox.on_connect();
        }
        match down {
            Down::Pong | Down::Welcome => {}
            Down::Entry(entry) => {
                let applied = self.timeline.live(entry);
                self.show(applied);
            }
            Down::Entries { entries, last } => {
                let applied = self.timeline.page(entries, last);
                self.show(applied);
            }
            Down::Ack { id, seq, at } => {
                if self.outbox.on_ack(id, seq, at) {
                    self.storage.remove(&id);
                }
            }
            Down::Refused { id, refusal } => self.outbox.on_refused(id, refusal, now, JITTER),
        }
        self.send_due(now);
    }

    fn show(&mut self, applied: Applied) {
        for entry in &self.timeline.entries()[applied.added] {
            if self.outbox.on_shown(entry.id) {
                self.storage.remove(&entry.id);
            }
        }
        if let Some(after) = applied.ask {
            self.up.push_back(Up::Resume { after });
        }
    }

    pub fn cut(&mut self) {
        self.connected = false;
        self.greeted = false;
        self.welcomed = false;
        self.up.clear();
        self.down.clear();
        self.outbox.on_disconnect();
    }
}
