//! How fast a socket is read: a burst, then so many frames a second (`behaviours.md`, "Delivery contract", 8). What
//! comes faster waits in the connection, and is not lost.

use protocol::settings::Limits;
use std::{cmp::Reverse, time::Duration};
use tokio::time::Instant;

/// What a socket's frames may come to.
/// In order of generosity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Budget {
    /// Between two frames after the burst.
    every: Reverse<Duration>,
    burst: u32,
}

impl Budget {
    /// None: as fast as they come.
    pub(super) fn of(limits: &Limits) -> Option<Self> {
        let Limits { frame_burst, frames_per_second, .. } = *limits;
        let is_limited = frame_burst > 0 && frames_per_second > 0;
        is_limited.then(|| Self {
            every: Reverse(Duration::from_secs(1) / frames_per_second),
            burst: frame_burst,
        })
    }
}

/// The frames that a socket has sent.
#[derive(Debug)]
pub(super) struct Pace {
    /// When all of them would have been read, one every so often from the first on.
    even: Instant,
}

impl Pace {
    pub(super) fn new() -> Self {
        Self { even: Instant::now() }
    }

    /// A frame has been read.
    pub(super) fn note(&mut self, budget: Option<Budget>) {
        let now = Instant::now();
        self.even = self.even.max(now) + budget.map_or(Duration::ZERO, |budget| budget.every.0);
    }

    /// When the next frame may be read; none: now.
    pub(super) fn next_at(&self, budget: Option<Budget>) -> Option<Instant> {
        let Budget { every: Reverse(every), burst } = budget?;
        let at = self.even.checked_sub(every * (burst - 1))?;
        (at > Instant::now()).then_some(at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::time::{advance, sleep_until};

    fn limits(frame_burst: u32, frames_per_second: u32) -> Limits {
        Limits { frame_burst, frames_per_second, ..Limits::default() }
    }

    #[tokio::test(start_paused = true)]
    async fn after_a_burst_frames_are_read_so_many_a_second() {
        let (budget, mut pace) = (Budget::of(&limits(60, 10)), Pace::new());
        let begin = Instant::now();
        for frame in 0..100_u32 {
            let at = pace.next_at(budget);
            assert_eq!(at.is_some(), frame >= 60, "{frame}");
            sleep_until(at.unwrap_or(begin)).await;
            pace.note(budget);
        }
        assert_eq!(begin.elapsed(), Duration::from_secs(4));
        advance(Duration::from_secs(6)).await;
        for _ in 0..60 {
            assert_eq!(pace.next_at(budget), None, "a new burst after a while");
            pace.note(budget);
        }
        assert!(pace.next_at(budget).is_some());
    }

    #[tokio::test(start_paused = true)]
    async fn a_limit_of_nothing_is_none() {
        for limits in [limits(0, 10), limits(60, 0)] {
            let (budget, mut pace) = (Budget::of(&limits), Pace::new());
            for _ in 0..1_000 {
                assert_eq!(pace.next_at(budget), None);
                pace.note(budget);
            }
        }
    }
}
