//! The page's clock: ticks every second, in the server's time, read in the agent's zone.

use super::calendar;
use crate::{browser, words::Words};
use leptos::prelude::*;
use protocol::Timestamp;

/// Now, and where the reader sits. Times are shown once the offset is known: at once on a later visit, else when the script runs.
#[derive(Clone, Copy)]
pub struct Clock {
    now: RwSignal<Timestamp>,
    offset: RwSignal<Option<i32>>,
    minute: Memo<i64>,
    ahead: StoredValue<i64>,
    words: Words,
}

impl Clock {
    /// Stands at the server's instant until the browser takes over.
    pub fn new(now: Timestamp, offset: Option<i32>, words: Words) -> Self {
        let now = RwSignal::new(now);
        Self {
            now,
            offset: RwSignal::new(offset),
            minute: Memo::new(move |_| now.get().0.div_euclid(60_000)),
            ahead: StoredValue::new(0),
            words,
        }
    }

    /// The browser takes over: sets its clock against the server's and its offset, and leaves the offset for the next visit.
    pub fn take_over(self) {
        let ahead = browser::now().0 - self.now.get_untracked().0;
        // A page takes its time to arrive; only more than that is a wrong clock.
        if !(0..5_000).contains(&ahead) {
            self.ahead.set_value(ahead);
        }
        let offset = browser::offset_at(browser::now());
        browser::keep_offset(offset);
        self.offset.set(Some(offset));
        self.tick();
    }

    /// Another second.
    pub fn tick(self) {
        self.now.set(self.exact());
    }

    /// This very instant in the server's time; browser only.
    pub fn exact(self) -> Timestamp {
        Timestamp(browser::now().0 - self.ahead.get_value())
    }

    /// Follows every second.
    pub fn now(self) -> Timestamp {
        self.now.get()
    }

    /// The minutes east of UTC, once known.
    pub fn offset(self) -> Option<i32> {
        self.offset.get()
    }

    /// `02:10` since then, running.
    pub fn elapsed(self, from: Timestamp) -> String {
        calendar::elapsed(from, self.now.get())
    }

    /// `11:44`.
    pub fn time(self, at: Timestamp) -> String {
        self.in_zone(|offset| calendar::time(at, offset))
    }

    /// `11:44` today, `ayer`, `22 nov`.
    pub fn short(self, at: Timestamp) -> String {
        self.in_zone(|offset| calendar::short(at, self.to_the_minute(), offset, self.words))
    }

    /// `hoy`, `ayer`, `22 nov`.
    pub fn date(self, at: Timestamp) -> String {
        self.in_zone(|offset| calendar::date(at, self.to_the_minute(), offset, self.words))
    }

    /// `22 nov, 11:42`.
    pub fn long(self, at: Timestamp) -> String {
        self.in_zone(|offset| calendar::long(at, self.to_the_minute(), offset, self.words))
    }

    fn in_zone(self, write: impl FnOnce(i32) -> String) -> String {
        self.offset.get().map(write).unwrap_or_default()
    }

    // Dates change with the minute at most: rows need not be looked at every second.
    fn to_the_minute(self) -> Timestamp {
        Timestamp(self.minute.get() * 60_000)
    }
}
