//! Three clients and a server, which do one step after another.

use crate::{
    CLIENTS,
    client::Client,
    frames::{Down, Up, double, take},
    step::{Fate, Step},
};
use protocol::{
    Code, EntryId, Refusal, Seq, Timestamp,
    delivery::{Outbox, Pulse, PulseCheck, Timeline},
    entry::{VisitorBody, VisitorEntry},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};
use uuid::Uuid;

/// Small, so that answers come in several pages.
const PAGE: usize = 3;

#[derive(Default)]
pub struct World {
    pub clients: [Client; CLIENTS],
    pub stored: Vec<VisitorEntry>,
    pub written: BTreeMap<EntryId, String>,
    acknowledged: BTreeSet<EntryId>,
    now: Timestamp,
    next_id: u128,
}

impl World {
    pub fn step(&mut self, step: Step) {
        match step {
            Step::Write { client } => {
                self.next_id += 1;
                let id = EntryId(Uuid::from_u128(self.next_id));
                let text = format!("message {}", self.next_id);
                self.written.insert(id, text.clone());
                let now = self.now;
                let client = &mut self.clients[client];
                let kept = client.outbox.add(id, text, Vec::new(), now);
                client.storage.insert(id, kept);
                client.send_due(now);
            }
            Step::Up { client, which, fate } => {
                if let Some(up) = take(&mut self.clients[client].up, which) {
                    self.serve(client, up, fate);
                }
            }
            Step::Down { client, which } => {
                if let Some(down) = take(&mut self.clients[client].down, which) {
                    self.clients[client].recv(down, self.now);
                }
            }
            Step::LoseUp { client, which } => {
                take(&mut self.clients[client].up, which);
            }
            Step::LoseDown { client, which } => {
                take(&mut self.clients[client].down, which);
            }
            Step::DoubleUp { client, which } => double(&mut self.clients[client].up, which),
            Step::DoubleDown { client, which } => double(&mut self.clients[client].down, which),
            Step::Cut { client } => self.clients[client].cut(),
            Step::Connect { client } => {
                let now = self.now;
                let client = &mut self.clients[client];
                if !client.connected {
                    client.connected = true;
                    client.pulse = Some(Pulse::new(now));
                    client.timeline.on_connect();
                    client.up.push_back(Up::Hello { after: client.timeline.last() });
                }
            }
            Step::Reload { client } => {
                let client = &mut self.clients[client];
                client.cut();
                client.timeline = Timeline::new();
                client.outbox = Outbox::restore(client.storage.values().rev().cloned());
            }
            Step::Retry { client } => {
                let now = self.now;
                let client = &mut self.clients[client];
                let ids: Vec<EntryId> = client.storage.keys().copied().collect();
                for id in ids {
                    if let Some(kept) = client.outbox.retry(id, now) {
                        client.storage.insert(id, kept);
                    }
                }
                client.send_due(now);
            }
            Step::Wait { seconds } => {
                self.now = self.now + Duration::from_secs(seconds);
                for client in &mut self.clients {
                    client.send_due(self.now);
                    match client
                        .pulse
                        .as_mut()
                        .filter(|_| client.connected)
                        .map(|pulse| pulse.check(self.now))
                    {
                        Some(PulseCheck::Dead) => client.cut(),
                        Some(PulseCheck::Ping) => client.up.push_back(Up::Ping),
                        Some(PulseCheck::Fine) | None => {}
                    }
                    if client.connected
                        && let Some(after) = client.timeline.ask_again()
                    {
                        client.up.push_back(Up::Resume { after });
                    }
                }
            }
        }
        self.check();
    }

    fn serve(&mut self, from: usize, up: Up, fate: Fate) {
        if !self.clients[from].greeted && !matches!(up, Up::Hello { .. }) {
            return;
        }
        match up {
            Up::Ping => self.clients[from].down.push_back(Down::Pong),
            Up::Hello { after } => {
                self.clients[from].greeted = true;
                self.clients[from].down.push_back(Down::Welcome);
                self.answer(from, after);
            }
            Up::Resume { after } => self.answer(from, after),
            Up::Say { id, .. } if fate == Fate::TryAgain => {
                let refusal = Refusal::new(Code::TryAgain);
                self.clients[from].down.push_back(Down::Refused { id, refusal });
            }
            Up::Say { .. } if fate == Fate::DiesBeforeCommit => self.die(),
            Up::Say { id, text } => {
                let known = self.stored.iter().find(|entry| entry.id == id).map(|entry| entry.seq);
                let seq = known.unwrap_or_else(|| {
                    let seq = Seq(i64::try_from(self.stored.len()).expect("few") + 1);
                    let body = VisitorBody::Visitor { text, files: Vec::new() };
                    let entry = VisitorEntry { seq, id, at: self.now, body };
                    self.stored.push(entry.clone());
                    for client in self.clients.iter_mut().filter(|client| client.greeted) {
                        client.down.push_back(Down::Entry(entry.clone()));
                    }
                    seq
                });
                if fate == Fate::DiesAfterCommit {
                    self.die();
                } else {
                    self.acknowledged.insert(id);
                    self.clients[from].down.push_back(Down::Ack { id, seq, at: self.now });
                }
            }
        }
    }

    fn answer(&mut self, to: usize, after: Seq) {
        let entries =
            self.stored.iter().filter(|entry| entry.seq > after).take(PAGE).cloned().collect();
        let last = self.stored.last().map_or(Seq::START, |entry| entry.seq);
        self.clients[to].down.push_back(Down::Entries { entries, last });
    }

    fn die(&mut self) {
        self.clients.iter_mut().for_each(Client::cut);
    }

    /// What holds at every instant.
    fn check(&self) {
        for client in &self.clients {
            let entries = client.timeline.entries();
            assert!(entries.len() <= self.stored.len());
            assert_eq!(
                entries,
                &self.stored[..entries.len()],
                "a whole beginning of the server's list"
            );
        }
        let mut ids = BTreeSet::new();
        assert!(self.stored.iter().all(|entry| ids.insert(entry.id)), "stored once");
        assert!(self.acknowledged.is_subset(&ids), "acknowledged after it was stored");
        for id in self.written.keys() {
            let kept = self.clients.iter().any(|client| client.storage.contains_key(id));
            assert!(kept || ids.contains(id), "in storage until the server has it");
        }
    }

    /// The network is well again: everything arrives, in order, and time passes.
    pub fn heal(&mut self) {
        for _ in 0..40 {
            for client in 0..CLIENTS {
                self.step(Step::Connect { client });
            }
            while let Some(client) = (0..CLIENTS)
                .find(|&at| !self.clients[at].up.is_empty() || !self.clients[at].down.is_empty())
            {
                self.step(Step::Up { client, which: 0, fate: Fate::Stored });
                self.step(Step::Down { client, which: 0 });
            }
            self.step(Step::Wait { seconds: 31 });
        }
    }
}
