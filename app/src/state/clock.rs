//! The page's clock: ticks every second, goes by the server's time, and is read in the agent's zone.

use super::{calendar, reader_zone::ReaderZone};
use crate::{browser, words::Words};
use leptos::prelude::*;
use protocol::Timestamp;

/// The clock; copied freely. Times are shown once the zone is known: at once on a later visit, else when the script
/// runs.
#[derive(Clone, Copy)]
pub struct Clock {
    now: RwSignal<Timestamp>,
    zone: RwSignal<Option<ReaderZone>>,
    minute: Memo<i64>,
    /// Milliseconds that this machine's clock is ahead of the server's.
    ahead: StoredValue<i64>,
    words: Words,
}

/// The page's clock.
pub fn use_clock() -> Clock {
    expect_context()
}

impl Clock {
    /// A clock that stands at the server's instant until the script runs. `zone`: as the server knows it.
    pub fn new(now: Timestamp, zone: Option<ReaderZone>, words: Words) -> Self {
        let now = RwSignal::new(now);
        Self {
            now,
            zone: RwSignal::new(zone),
            minute: Memo::new(move |_| now.get().0.div_euclid(60_000)),
            ahead: StoredValue::new(0),
            words,
        }
    }

    /// Compares this machine's clock with the server's, and stores the zone for the next visit.
    pub fn hydrate(self) {
        let ahead = browser::now().0 - self.now.get_untracked().0;
        // A page takes its time to arrive; only more than that is a wrong clock.
        if !(0..5_000).contains(&ahead) {
            self.ahead.set_value(ahead);
        }
        browser::store_zone();
        self.zone.set(Some(ReaderZone::Browser));
        self.tick();
    }

    /// Another second.
    pub fn tick(self) {
        self.now.set(self.exact());
    }

    /// The present instant in the server's time, to the millisecond; in a browser only.
    pub fn exact(self) -> Timestamp {
        Timestamp(browser::now().0 - self.ahead.get_value())
    }

    /// The instant of the last tick; reading it follows every second.
    pub fn now(self) -> Timestamp {
        self.now.get()
    }

    /// The reader's zone; UTC until it is known.
    pub fn zone(self) -> ReaderZone {
        self.zone.get().unwrap_or_default()
    }

    /// `02:10`: the time since then; reading it follows every second.
    pub fn elapsed(self, from: Timestamp) -> String {
        calendar::elapsed(from, self.now.get())
    }

    /// `11:44`.
    pub fn time(self, at: Timestamp) -> String {
        self.with_zone(|zone| calendar::time(at, zone))
    }

    /// `11:44` today, `ayer`, `22 nov`.
    pub fn short(self, at: Timestamp) -> String {
        self.with_zone(|zone| calendar::short(at, self.minute(), zone, self.words))
    }

    /// `hoy`, `ayer`, `22 nov`.
    pub fn date(self, at: Timestamp) -> String {
        self.with_zone(|zone| calendar::date(at, self.minute(), zone, self.words))
    }

    /// `22 nov, 11:42`.
    pub fn long(self, at: Timestamp) -> String {
        self.with_zone(|zone| calendar::long(at, self.minute(), zone, self.words))
    }

    fn with_zone(self, format: impl FnOnce(&ReaderZone) -> String) -> String {
        self.zone.with(|zone| zone.as_ref().map(format).unwrap_or_default())
    }

    // Dates change with the minute at most: no row needs to be drawn every second.
    fn minute(self) -> Timestamp {
        Timestamp(self.minute.get() * 60_000)
    }
}
