//! What a process knows of the others in between, and what it still has to tell them.

use super::elsewhere::{Changed, Elsewhere, Found, Reading, beat};
use crate::{Moment, Stop};
use protocol::{AgentId, Timestamp};
use std::{
    collections::HashSet,
    mem,
    sync::{Mutex, MutexGuard, PoisonError, RwLock},
    time::Duration,
};
use tokio::sync::Notify;

/// This process among those that have the database open.
pub(crate) struct Nodes {
    lease: Duration,
    elsewhere: RwLock<Elsewhere>,
    /// Agents whose consoles here came or went since their rows were written.
    moved: Mutex<HashSet<AgentId>>,
    /// When the last sign was given.
    last_sign: Mutex<Option<Moment>>,
    to_write: Notify,
    to_read: Notify,
    keeper_changed: Notify,
    /// Set while the process serves.
    stop: Mutex<Option<Stop>>,
}

impl Nodes {
    pub(crate) fn new(lease: Duration) -> Self {
        Self {
            lease,
            elsewhere: RwLock::new(Elsewhere::new(lease)),
            moved: Mutex::default(),
            last_sign: Mutex::default(),
            to_write: Notify::new(),
            to_read: Notify::new(),
            keeper_changed: Notify::new(),
            stop: Mutex::default(),
        }
    }

    /// A process that gave no sign for so long is gone, and a keeper is none any more.
    pub(crate) fn lease(&self) -> Duration {
        self.lease
    }

    /// The pause between two signs.
    pub(crate) fn beat(&self) -> Duration {
        beat(self.lease)
    }

    /// The process serves until then.
    pub(crate) fn serve_until(&self, stop: Stop) {
        *locked(&self.stop) = Some(stop);
    }

    /// Whether the process has served and goes away: that its consoles go is no news then, they are on their way to
    /// another.
    pub(crate) fn is_stopping(&self) -> bool {
        locked(&self.stop).as_ref().is_some_and(Stop::is_set)
    }

    /// Whether any other process served the database lately.
    pub(crate) fn has_others(&self) -> bool {
        self.elsewhere.read().unwrap_or_else(PoisonError::into_inner).has_others()
    }

    /// The agent's consoles here came or went.
    pub(crate) fn console_moved(&self, agent: AgentId) {
        locked(&self.moved).insert(agent);
        self.to_write.notify_one();
    }

    /// Takes whose consoles have to be written.
    pub(super) fn take_moved(&self) -> HashSet<AgentId> {
        mem::take(&mut *locked(&self.moved))
    }

    /// They could not be written.
    pub(super) fn put_back(&self, moved: HashSet<AgentId>) {
        locked(&self.moved).extend(moved);
    }

    /// A sign is given.
    pub(super) fn signed(&self, now: Moment) {
        *locked(&self.last_sign) = Some(now);
    }

    /// Whether the last sign of this process is overdue. Perhaps nobody can give one just now: that the others give
    /// none is not believed until this process has given one again.
    pub(crate) fn is_cut_off(&self, now: Moment) -> bool {
        locked(&self.last_sign).is_some_and(|last| now.since(last) >= self.lease / 2)
    }

    /// Waits until consoles here came or went.
    pub(crate) async fn to_write(&self) {
        self.to_write.notified().await;
    }

    /// Another process has said that it, or a console of its, came or went.
    pub(crate) fn others_changed(&self) {
        self.to_read.notify_one();
    }

    /// Waits until that is to be read.
    pub(crate) async fn to_read(&self) {
        self.to_read.notified().await;
    }

    /// Another process has said that the keeper is another, or none.
    pub(crate) fn keeper_changed(&self) {
        self.keeper_changed.notify_one();
    }

    /// Waits for that.
    pub(crate) async fn next_keeper(&self) {
        self.keeper_changed.notified().await;
    }

    pub(super) fn replace(&self, reading: Reading, read_at: Timestamp, moment: Moment) -> Changed {
        let mut elsewhere = self.elsewhere.write().unwrap_or_else(PoisonError::into_inner);
        elsewhere.replace(reading, read_at, moment)
    }

    /// Where the agent's consoles at other processes are.
    pub(in crate::live) fn find(&self, agent: AgentId, moment: Moment) -> Found {
        self.elsewhere.read().unwrap_or_else(PoisonError::into_inner).find(agent, moment)
    }
}

/// A panic elsewhere leaves these small sets whole.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
