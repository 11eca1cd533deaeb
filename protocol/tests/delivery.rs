//! The delivery contract under a network that loses, doubles and reorders frames, cuts sockets, and a server that dies before or
//! after its commits: every message is stored exactly once, and every client ends with the server's list.

use proptest::prelude::*;
use protocol::{
    Code, EntryId, Refusal, Seq, Timestamp,
    delivery::{Applied, Delivery, Outbox, Pulse, PulseCheck, Reconnect, Timeline, Unsent},
    entry::{VisitorBody, VisitorEntry},
};
use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    time::Duration,
};
use uuid::Uuid;

const CLIENTS: usize = 3;
/// Small, so that answers come in several pages.
const PAGE: usize = 3;
const JITTER: f64 = 0.5;

#[derive(Clone, Debug)]
enum Up {
    Hello { after: Seq },
    Say { id: EntryId, text: String },
    Resume { after: Seq },
    Ping,
}

#[derive(Clone, Debug)]
enum Down {
    Welcome,
    Entries { entries: Vec<VisitorEntry>, last: Seq },
    Entry(VisitorEntry),
    Ack { id: EntryId, seq: Seq, at: Timestamp },
    Refused { id: EntryId, refusal: Refusal },
    Pong,
}

/// What a message meets at the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    Stored,
    DiesBeforeCommit,
    DiesAfterCommit,
    TryAgain,
}

#[derive(Clone, Debug)]
enum Step {
    Write { client: usize },
    Up { client: usize, which: usize, fate: Fate },
    Down { client: usize, which: usize },
    LoseUp { client: usize, which: usize },
    LoseDown { client: usize, which: usize },
    DoubleUp { client: usize, which: usize },
    DoubleDown { client: usize, which: usize },
    Cut { client: usize },
    Connect { client: usize },
    Reload { client: usize },
    Retry { client: usize },
    Wait { seconds: u64 },
}

#[derive(Default)]
struct Client {
    outbox: Outbox,
    timeline: Timeline<VisitorEntry>,
    storage: BTreeMap<EntryId, Unsent>,
    connected: bool,
    pulse: Option<Pulse>,
    /// The server has had its `Hello`; it answers nothing before.
    greeted: bool,
    /// The first frame of this socket has been heard; on a socket in order it is the welcome.
    welcomed: bool,
    up: VecDeque<Up>,
    down: VecDeque<Down>,
}

#[derive(Default)]
struct World {
    clients: [Client; CLIENTS],
    stored: Vec<VisitorEntry>,
    written: BTreeMap<EntryId, String>,
    acknowledged: BTreeSet<EntryId>,
    now: Timestamp,
    next_id: u128,
}

impl Client {
    fn send_due(&mut self, now: Timestamp) {
        for unsent in self.outbox.due(now, JITTER) {
            self.up.push_back(Up::Say { id: unsent.id, text: unsent.text });
        }
    }

    fn hear(&mut self, down: Down, now: Timestamp) {
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

    fn cut(&mut self) {
        self.connected = false;
        self.greeted = false;
        self.welcomed = false;
        self.up.clear();
        self.down.clear();
        self.outbox.on_disconnect();
    }
}

impl World {
    fn step(&mut self, step: Step) {
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
                    self.clients[client].hear(down, self.now);
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
    fn heal(&mut self) {
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

fn take<T>(queue: &mut VecDeque<T>, which: usize) -> Option<T> {
    let at = which.checked_rem(queue.len())?;
    queue.remove(at)
}

fn double<T: Clone>(queue: &mut VecDeque<T>, which: usize) {
    if let Some(at) = which.checked_rem(queue.len()) {
        queue.push_back(queue[at].clone());
    }
}

fn step() -> impl Strategy<Value = Step> {
    let client = 0..CLIENTS;
    // Mostly the first in line; sometimes another: reordered.
    let which = prop_oneof![4 => Just(0usize), 1 => 0usize..8];
    let fate = prop_oneof![
        8 => Just(Fate::Stored),
        1 => Just(Fate::DiesBeforeCommit),
        1 => Just(Fate::DiesAfterCommit),
        1 => Just(Fate::TryAgain),
    ];
    let place = (client.clone(), which);
    prop_oneof![
        6 => client.clone().prop_map(|client| Step::Write { client }),
        12 => (place.clone(), fate).prop_map(|((client, which), fate)| Step::Up { client, which, fate }),
        12 => place.clone().prop_map(|(client, which)| Step::Down { client, which }),
        1 => place.clone().prop_map(|(client, which)| Step::LoseUp { client, which }),
        1 => place.clone().prop_map(|(client, which)| Step::LoseDown { client, which }),
        1 => place.clone().prop_map(|(client, which)| Step::DoubleUp { client, which }),
        1 => place.prop_map(|(client, which)| Step::DoubleDown { client, which }),
        1 => client.clone().prop_map(|client| Step::Cut { client }),
        6 => client.clone().prop_map(|client| Step::Connect { client }),
        1 => client.clone().prop_map(|client| Step::Reload { client }),
        1 => client.prop_map(|client| Step::Retry { client }),
        3 => (1u64..40).prop_map(|seconds| Step::Wait { seconds }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 160, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_message_is_stored_once_and_seen_by_all(steps in prop::collection::vec(step(), 0..200)) {
        let mut world = World::default();
        for step in steps {
            world.step(step);
        }
        world.heal();
        prop_assert_eq!(world.stored.len(), world.written.len());
        for client in &world.clients {
            prop_assert_eq!(client.timeline.entries(), &world.stored[..]);
            prop_assert!(client.outbox.is_empty() && client.storage.is_empty());
        }
    }

    #[test]
    fn over_an_orderly_socket_messages_keep_the_order_they_were_written_in(
        rounds in prop::collection::vec((any::<bool>(), 1usize..5, 0usize..4), 1..30),
    ) {
        let mut world = World::default();
        for (cut, messages, frames) in rounds {
            world.step(Step::Connect { client: 0 });
            for _ in 0..messages {
                world.step(Step::Write { client: 0 });
            }
            for _ in 0..frames {
                world.step(Step::Up { client: 0, which: 0, fate: Fate::Stored });
                world.step(Step::Down { client: 0, which: 0 });
            }
            if cut {
                world.step(Step::Cut { client: 0 });
            }
        }
        world.heal();
        let ids: Vec<EntryId> = world.stored.iter().map(|entry| entry.id).collect();
        let mut written = ids.clone();
        written.sort();
        prop_assert_eq!(ids, written);
    }
}

fn item(outbox: &Outbox, now: Timestamp) -> Option<Delivery> {
    outbox.items(now).next().map(|(_, delivery)| delivery)
}

fn id(n: u128) -> EntryId {
    EntryId(Uuid::from_u128(n))
}

fn second(n: u64) -> Timestamp {
    Timestamp(0) + Duration::from_secs(n)
}

#[test]
fn a_message_turns_to_unsent_after_a_minute_and_is_tried_all_the_same() {
    let mut outbox = Outbox::default();
    outbox.add(id(1), "hola".into(), Vec::new(), second(0));
    assert!(outbox.due(second(0), JITTER).is_empty(), "nothing is due without a socket");
    assert_eq!(item(&outbox, second(59)), Some(Delivery::Sending));
    assert_eq!(outbox.next_due(second(0)), Some(second(60)));
    assert_eq!(item(&outbox, second(60)), Some(Delivery::Failed));
    outbox.on_connect();
    assert_eq!(outbox.due(second(70), JITTER).len(), 1);
    assert!(outbox.on_ack(id(1), Seq(7), second(71)));
    assert!(!outbox.on_ack(id(1), Seq(7), second(71)));
    assert_eq!(item(&outbox, second(71)), Some(Delivery::Sent { seq: Seq(7), at: second(71) }));
    assert!(outbox.due(second(200), JITTER).is_empty());
    assert!(outbox.on_shown(id(1)));
    assert!(outbox.is_empty());
}

#[test]
fn tries_come_after_one_second_doubling_to_thirty() {
    let mut outbox = Outbox::default();
    outbox.on_connect();
    outbox.add(id(1), "hola".into(), Vec::new(), second(0));
    let tries: Vec<u64> =
        (0..130).filter(|&now| !outbox.due(second(now), 1.0).is_empty()).collect();
    assert_eq!(tries, [0, 1, 3, 7, 15, 31, 61, 91, 121]);
    outbox.retry(id(1), second(200));
    let again: Vec<u64> =
        (200..205).filter(|&now| !outbox.due(second(now), 1.0).is_empty()).collect();
    assert_eq!(again, [200, 201, 203]);
}

#[test]
fn a_socket_comes_back_later_each_time_until_it_is_greeted() {
    let mut reconnect = Reconnect::default();
    let pauses: Vec<u128> = (0..7).map(|_| reconnect.pause(0.0).as_millis()).collect();
    assert_eq!(pauses, [500, 1000, 2000, 4000, 8000, 15_000, 15_000]);
    reconnect.on_connect();
    assert_eq!(reconnect.pause(1.0), Duration::from_secs(1));
    reconnect.on_connect();
    reconnect.on_going_away(5_000);
    assert_eq!(reconnect.pause(1.0), Duration::from_secs(6));
}

#[test]
fn a_silent_socket_is_asked_and_then_given_up() {
    let mut pulse = Pulse::new(second(0));
    assert_eq!(pulse.check(second(24)), PulseCheck::Fine);
    assert_eq!(pulse.check(second(25)), PulseCheck::Ping);
    assert_eq!(pulse.check(second(26)), PulseCheck::Fine);
    pulse.on_frame(second(30));
    assert_eq!(pulse.check(second(54)), PulseCheck::Fine);
    assert_eq!(pulse.check(second(55)), PulseCheck::Ping);
    assert_eq!(pulse.check(second(90)), PulseCheck::Dead);
    // A page that slept for an hour asks before it judges.
    let mut slept = Pulse::new(second(0));
    assert_eq!(slept.check(second(3600)), PulseCheck::Ping);
    assert_eq!(slept.check(second(3605)), PulseCheck::Fine);
    assert_eq!(slept.check(second(3610)), PulseCheck::Dead);
}

#[test]
fn what_the_server_will_not_have_is_shown_and_kept() {
    let mut outbox = Outbox::default();
    outbox.on_connect();
    outbox.add(id(1), "hola".into(), Vec::new(), second(0));
    outbox.add(id(2), "¿hay alguien?".into(), Vec::new(), second(0));
    outbox.due(second(0), JITTER);
    let refusal = Refusal::new(Code::ChatEnded);
    outbox.on_refused(id(1), refusal, second(1), JITTER);
    assert_eq!(item(&outbox, second(100)), Some(Delivery::Refused(refusal)));
    let due = outbox.due(second(100), JITTER);
    assert_eq!(due.iter().map(|unsent| unsent.id).collect::<Vec<_>>(), [id(2)]);
    assert_eq!(outbox.take_back(id(1)).expect("kept").text, "hola");
}

#[test]
fn a_gap_is_asked_for_once_and_never_shown() {
    let entry = |seq: i64| VisitorEntry {
        seq: Seq(seq),
        id: id(seq.unsigned_abs().into()),
        at: second(0),
        body: VisitorBody::Hidden,
    };
    let mut timeline = Timeline::new();
    assert_eq!(timeline.live(entry(1)), Applied { added: 0..1, ask: None });
    assert_eq!(timeline.live(entry(4)), Applied { added: 1..1, ask: Some(Seq(1)) });
    assert_eq!(timeline.live(entry(5)), Applied { added: 1..1, ask: None });
    assert_eq!(timeline.live(entry(1)), Applied { added: 1..1, ask: None });
    assert!(timeline.is_behind());
    assert_eq!(timeline.page([entry(2), entry(3)], Seq(5)), Applied { added: 1..5, ask: None });
    assert_eq!(timeline.last(), Seq(5));
    assert!(timeline.contains(id(4)) && !timeline.contains(id(6)));
}
