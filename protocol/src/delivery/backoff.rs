//! When to try again, and when to give a socket up.

use crate::{Timestamp, limits};
use std::time::Duration;

/// The pause before try number `tries` (from 1): 1 s doubling to 30 s, of which the second half is left to chance.
/// `jitter`: 0 to 1, a fresh random number each time.
pub(super) fn pause(tries: u32, jitter: f64) -> Duration {
    let doublings = tries.saturating_sub(1).min(16);
    let full = (limits::RETRY_FIRST * (1 << doublings)).min(limits::RETRY_LAST);
    let part = 500 + thousandths(jitter) / 2;
    full * part / 1_000
}

/// A random number as whole thousandths. Fractions of a [`Duration`] would be 1 KB of the panel's wasm.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is 0 to 1000")]
fn thousandths(jitter: f64) -> u32 {
    (jitter.clamp(0.0, 1.0) * 1_000.0) as u32
}

/// How long to wait before the next socket.
#[derive(Clone, Debug, Default)]
pub struct Reconnect {
    tries: u32,
    /// The pause that the server asked for.
    asked_for: Option<Duration>,
}

impl Reconnect {
    /// The server's welcome is here: the next loss starts with a short pause again.
    pub fn on_connect(&mut self) {
        *self = Self::default();
    }

    /// The server goes away and says when to come back, in milliseconds; holds for the next pause.
    pub fn on_going_away(&mut self, retry_ms: u64) {
        self.asked_for = Some(Duration::from_millis(retry_ms).min(limits::RETRY_LAST));
    }

    /// The socket is gone, or could not be opened: the pause before the next try. `jitter`: 0 to 1.
    pub fn pause(&mut self, jitter: f64) -> Duration {
        self.tries = self.tries.saturating_add(1);
        let pause = pause(self.tries, jitter);
        match self.asked_for.take() {
            // Clients that were asked for the same pause do not all come back at once.
            Some(asked_for) => asked_for + pause,
            None => pause,
        }
    }
}

/// A live server answers `Ping` well within this.
const ANSWER_WITHIN: Duration = Duration::from_secs(10);

/// Whether the other end of an open socket is still there: a browser hides the pings of the protocol, so a client asks
/// for itself.
#[derive(Clone, Copy, Debug)]
pub struct Pulse {
    last_frame_at: Timestamp,
    pinged_at: Timestamp,
}

/// What to do about a silent socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PulseCheck {
    /// Nothing yet.
    Fine,
    /// Send `Ping`.
    Ping,
    /// Close it and open another.
    Dead,
}

impl Pulse {
    /// The socket has just opened.
    pub fn new(now: Timestamp) -> Self {
        Self { last_frame_at: now, pinged_at: now }
    }

    /// A frame arrived.
    pub fn on_frame(&mut self, now: Timestamp) {
        self.last_frame_at = now;
        self.pinged_at = now;
    }

    /// To be called every few seconds, and when a page is seen again.
    pub fn check(&mut self, now: Timestamp) -> PulseCheck {
        let silent = now.since(self.last_frame_at);
        // Only after a question without an answer: a page that slept has received nothing, which proves nothing.
        let unanswered =
            self.pinged_at > self.last_frame_at && now.since(self.pinged_at) >= ANSWER_WITHIN;
        if silent >= limits::DEAD_AFTER && unanswered {
            PulseCheck::Dead
        } else if now.since(self.pinged_at) >= limits::PING_EVERY {
            self.pinged_at = now;
            PulseCheck::Ping
        } else {
            PulseCheck::Fine
        }
    }
}
