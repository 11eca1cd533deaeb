//! The time of clients. They live faster than the machine: what a browser waits out in ten seconds takes them one.

use protocol::Timestamp;
use std::time::{Duration, Instant};

/// How many times faster.
const SPEED: u32 = 10;

/// A client's clock, and its dice.
#[derive(Clone, Copy, Debug)]
pub struct Pace(Instant);

impl Pace {
    pub fn new() -> Self {
        Self(Instant::now())
    }

    /// The time by this clock.
    pub fn now(self) -> Timestamp {
        // Whatever the day is: clients compare instants, and tell nobody.
        Timestamp(1_000_000_000_000) + self.0.elapsed() * SPEED
    }

    /// How long the machine waits until it is so late by this clock.
    pub fn until(self, at: Timestamp) -> Duration {
        at.since(self.now()) / SPEED
    }

    /// How long the machine waits for a span of this clock.
    pub fn real(span: Duration) -> Duration {
        span / SPEED
    }

    /// The span of this clock that the machine's is.
    pub fn of(span: Duration) -> Duration {
        span * SPEED
    }

    /// 0 to 1, a fresh random number.
    pub fn jitter() -> f64 {
        rand::random()
    }
}
