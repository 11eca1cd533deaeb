//! What the process has done since it started.

use std::sync::atomic::{AtomicU64, Ordering};

/// One number that only grows, or a level.
#[derive(Default)]
pub(crate) struct Count(AtomicU64);

impl Count {
    pub(crate) fn up(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn down(&self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }

    pub(crate) fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// All of them.
#[derive(Default)]
pub(crate) struct Counters {
    /// Answers by the first digit of their status, from 1xx.
    pub(crate) answers: [Count; 5],
    pub(crate) visitor_sockets: Count,
    pub(crate) agent_sockets: Count,
    pub(crate) visitor_messages: Count,
    pub(crate) agent_messages: Count,
    pub(crate) chats: Count,
    pub(crate) requests: Count,
    pub(crate) refusals: Count,
    pub(crate) rate_limited: Count,
    pub(crate) slow_sockets: Count,
    pub(crate) event_streams: Count,
}
