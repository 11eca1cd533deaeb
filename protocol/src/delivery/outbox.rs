//! Messages on their way: kept until the server has them for good.

use super::backoff;
use crate::{EntryId, FileId, Refusal, Seq, Timestamp, file::Attachment, limits};
use serde::{Deserialize, Serialize};

/// A message that the server has not acknowledged; what a client keeps in storage, one item a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unsent {
    /// Made by the sender, the same for every try.
    pub id: EntryId,
    /// As typed.
    pub text: String,
    /// Already uploaded.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<Attachment>,
    /// When it was sent off, or when the sender asked to try again.
    pub since: Timestamp,
}

impl Unsent {
    /// The ids that a `Say` carries.
    pub fn file_ids(&self) -> Vec<FileId> {
        self.files.iter().map(|file| file.id).collect()
    }
}

/// How a message in the outbox is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// *enviando*
    Sending,
    /// *no enviado · reintentar*: unacknowledged for too long. It is still tried, quietly.
    Failed,
    /// The server will not have it as it is. The text stays; the sender may change it or try again.
    Refused(Refusal),
    /// *entregado*: acknowledged, and about to appear in the timeline.
    Sent { seq: Seq, at: Timestamp },
}

/// The messages of one sender on one ticket that are not in the timeline yet, in the order they were written.
#[derive(Clone, Debug, Default)]
pub struct Outbox {
    items: Vec<Item>,
    connected: bool,
}

#[derive(Clone, Debug)]
struct Item {
    unsent: Unsent,
    tries: u32,
    /// None: at once.
    next_try: Option<Timestamp>,
    state: State,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// To be sent, or sent and not answered.
    Open,
    /// The server asked for patience; whatever was written after it waits behind it.
    Held,
    Refused(Refusal),
    Sent {
        seq: Seq,
        at: Timestamp,
    },
}

impl Item {
    fn new(unsent: Unsent) -> Self {
        Self { unsent, tries: 0, next_try: None, state: State::Open }
    }

    fn start_over(&mut self) {
        self.tries = 0;
        self.next_try = None;
        self.state = State::Open;
    }

    fn is_due(&self, now: Timestamp) -> bool {
        self.next_try.is_none_or(|at| at <= now)
    }

    /// When it turns from *enviando* to *no enviado*.
    fn fails_at(&self) -> Timestamp {
        self.unsent.since + limits::UNSENT_AFTER
    }

    fn delivery(&self, now: Timestamp) -> Delivery {
        match self.state {
            State::Refused(refusal) => Delivery::Refused(refusal),
            State::Sent { seq, at } => Delivery::Sent { seq, at },
            State::Open | State::Held if now >= self.fails_at() => Delivery::Failed,
            State::Open | State::Held => Delivery::Sending,
        }
    }
}

impl Outbox {
    /// After a reload: what storage held, in any order.
    pub fn restore(kept: impl IntoIterator<Item = Unsent>) -> Self {
        let mut items: Vec<Item> = Vec::new();
        for unsent in kept {
            // The ids are made in order of time; `since` moves when one is tried again.
            // They are few, and the code of a sort would be 2 KB more for every visitor to download.
            if let Err(place) = items.binary_search_by_key(&unsent.id, |item| item.unsent.id) {
                items.insert(place, Item::new(unsent));
            }
        }
        Self { items, connected: false }
    }

    /// A message was written. Gives back what belongs in storage. An id that is there already changes nothing.
    pub fn add(
        &mut self,
        id: EntryId,
        text: String,
        files: Vec<Attachment>,
        now: Timestamp,
    ) -> Unsent {
        if let Some(item) = self.find(id) {
            return item.unsent.clone();
        }
        let unsent = Unsent { id, text, files, since: now };
        self.items.push(Item::new(unsent.clone()));
        unsent
    }

    /// The server has greeted: everything unanswered goes again, in order.
    pub fn on_connect(&mut self) {
        self.connected = true;
        for item in self.open_items() {
            item.start_over();
        }
    }

    /// The socket is gone; nothing is due until there is another.
    pub fn on_disconnect(&mut self) {
        self.connected = false;
    }

    /// What to send now, in order; each counts as sent with this call. `jitter`: 0 to 1, a fresh random number.
    ///
    /// The first one's next try is that of all that were sent: with it goes everything that was written after it, and
    /// nothing before it. So the server, which may refuse any of them for now, meets them in their order.
    pub fn due(&mut self, now: Timestamp, jitter: f64) -> Vec<Unsent> {
        let mut due = Vec::new();
        if !self.connected {
            return due;
        }
        let (mut first, mut goes) = (true, false);
        for item in self.open_items() {
            goes |= if first { item.is_due(now) } else { item.next_try.is_none() };
            if goes {
                item.state = State::Open;
                item.tries = item.tries.saturating_add(1);
                item.next_try = Some(now + backoff::pause(item.tries, jitter));
                due.push(item.unsent.clone());
            } else if item.state == State::Held {
                break;
            }
            first = false;
        }
        due
    }

    /// When to call [`Outbox::due`] and draw again: the next try, or a message that turns to *no enviado*.
    pub fn next_due(&self, now: Timestamp) -> Option<Timestamp> {
        let mut next: Option<Timestamp> = None;
        let mut earliest = |at: Timestamp| next = Some(next.map_or(at, |next| next.min(at)));
        let (mut first, mut waits) = (true, !self.connected);
        for item in &self.items {
            if !matches!(item.state, State::Open | State::Held) {
                continue;
            }
            if item.fails_at() > now {
                earliest(item.fails_at());
            }
            if !waits && (first || item.next_try.is_none()) {
                earliest(item.next_try.unwrap_or(now));
            }
            waits |= item.state == State::Held && !(first && item.is_due(now));
            first = false;
        }
        next
    }

    /// The server has it for good. True when this was the message's first: forget it in storage.
    pub fn on_ack(&mut self, id: EntryId, seq: Seq, at: Timestamp) -> bool {
        match self.find(id) {
            Some(item) if !matches!(item.state, State::Sent { .. }) => {
                item.state = State::Sent { seq, at };
                true
            }
            _ => false,
        }
    }

    /// The server would not have it. A passing reason is waited out; any other is shown with the text.
    pub fn on_refused(&mut self, id: EntryId, refusal: Refusal, now: Timestamp, jitter: f64) {
        let Some(item) = self.find(id) else { return };
        if matches!(item.state, State::Sent { .. }) {
            return;
        }
        if refusal.code.is_passing() {
            item.state = State::Held;
            item.next_try = Some(now + backoff::pause(item.tries.max(1), jitter));
        } else {
            item.state = State::Refused(refusal);
        }
    }

    /// The entry is in the timeline, by whatever way (also another tab's): the outbox is done with it. True when it was
    /// here.
    pub fn on_shown(&mut self, id: EntryId) -> bool {
        let before = self.items.len();
        self.items.retain(|item| item.unsent.id != id);
        self.items.len() < before
    }

    /// *reintentar*: as if it had just been written, with the same id. Gives back what belongs in storage.
    pub fn retry(&mut self, id: EntryId, now: Timestamp) -> Option<Unsent> {
        let item = self.find(id)?;
        if !matches!(item.state, State::Sent { .. }) {
            item.start_over();
            item.unsent.since = now;
        }
        Some(item.unsent.clone())
    }

    /// The sender takes it back, to change it or for good. The server may have it all the same if it was sent.
    pub fn take_back(&mut self, id: EntryId) -> Option<Unsent> {
        let at = self.items.iter().position(|item| item.unsent.id == id)?;
        Some(self.items.remove(at).unsent)
    }

    /// What is shown after the timeline's last entry, in order.
    pub fn items(&self, now: Timestamp) -> impl Iterator<Item = (&Unsent, Delivery)> {
        self.items.iter().map(move |item| (&item.unsent, item.delivery(now)))
    }

    /// Whether nothing is on its way.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    fn find(&mut self, id: EntryId) -> Option<&mut Item> {
        self.items.iter_mut().find(|item| item.unsent.id == id)
    }

    fn open_items(&mut self) -> impl Iterator<Item = &mut Item> {
        self.items.iter_mut().filter(|item| matches!(item.state, State::Open | State::Held))
    }
}
