//! What this process is about to tell the others, what it heard of them, and whether it hears at all.

use super::{beats::Beats, news::News, notice::Notice};
use crate::Moment;
use std::{
    mem,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering::SeqCst},
    },
    time::Duration,
};
use tokio::{sync::Notify, time::timeout};

/// More than this, heard and not yet acted on, is not kept: then anything may have happened.
const MOST_HEARD: usize = 20_000;
/// What is left to be told at the end may take this long.
const LAST_WORDS: Duration = Duration::from_secs(2);

/// This process's end of what crosses between the processes of one database.
#[derive(Default)]
pub(crate) struct Relay {
    outbox: Mutex<Outbox>,
    told: Notify,
    heard: Mutex<Heard>,
    hears: Notify,
    beats: Mutex<Beats>,
    closed: AtomicBool,
    closing: Notify,
}

#[derive(Default)]
struct Outbox {
    news: News,
    /// Somebody is telling, and will tell this too.
    is_telling: bool,
}

/// What the other processes have told since this one last acted on it.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Heard {
    pub(crate) news: News,
    /// Not all of it was heard: anything may have happened.
    pub(crate) everything: bool,
}

impl Relay {
    /// Leaves a notice to be told; true when nobody is telling: then the caller has to.
    pub(super) fn leave(&self, notice: Notice) -> bool {
        let mut outbox = locked(&self.outbox);
        outbox.news.add(notice);
        !mem::replace(&mut outbox.is_telling, true)
    }

    /// What is to be told; none ends the telling.
    pub(super) fn take_left(&self) -> Option<Vec<Notice>> {
        let mut outbox = locked(&self.outbox);
        if outbox.news.is_empty() {
            outbox.is_telling = false;
            self.told.notify_waiters();
            return None;
        }
        Some(mem::take(&mut outbox.news).into_notices())
    }

    /// Waits until all that was left is told or given up.
    async fn all_told(&self) {
        loop {
            let told = self.told.notified();
            if !locked(&self.outbox).is_telling {
                return;
            }
            told.await;
        }
    }

    /// Adds what was heard, to be acted on.
    pub(crate) fn hear(&self, notices: impl IntoIterator<Item = Notice>) {
        let mut heard = locked(&self.heard);
        if heard.everything {
            return;
        }
        for notice in notices {
            heard.news.add(notice);
        }
        if heard.news.len() > MOST_HEARD {
            *heard = Heard { everything: true, ..Heard::default() };
        }
        drop(heard);
        self.hears.notify_one();
    }

    /// Something was said that was not heard, or not understood.
    pub(crate) fn hear_everything(&self) {
        *locked(&self.heard) = Heard { everything: true, ..Heard::default() };
        self.hears.notify_one();
    }

    /// Waits for something heard. Safe to drop before it is done.
    pub(crate) async fn heard(&self) -> Heard {
        loop {
            let heard = mem::take(&mut *locked(&self.heard));
            if heard != Heard::default() {
                return heard;
            }
            self.hears.notified().await;
        }
    }

    /// Everything is about to be read: what was heard before is in it, and no sign told before is waited for.
    pub(crate) fn begin(&self) {
        *locked(&self.heard) = Heard::default();
        self.beats().begin();
    }

    pub(crate) fn beats(&self) -> MutexGuard<'_, Beats> {
        locked(&self.beats)
    }

    /// How long a notice takes from here to here; none while none of ours comes back.
    pub(super) fn lag(&self, now: Moment) -> Option<Duration> {
        self.beats().lag(now)
    }

    /// Waits until the desk is closed. Safe to drop before it is done.
    pub(crate) async fn closed(&self) {
        let closing = self.closing.notified();
        if !self.closed.load(SeqCst) {
            closing.await;
        }
    }

    /// Tells what is left to be told, and ends.
    pub(crate) async fn close(&self) {
        let _ = timeout(LAST_WORDS, self.all_told()).await;
        self.closed.store(true, SeqCst);
        self.closing.notify_waiters();
    }
}

/// A panic elsewhere leaves these whole.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
