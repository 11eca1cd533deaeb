//! The pause between two attempts.

use std::time::Duration;

/// A pause that doubles with every failure, up to a ceiling, until a row is parked.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Backoff {
    /// After the first attempt.
    pub(crate) first: Duration,
    pub(crate) longest: Duration,
    /// So many attempts are made.
    pub(crate) attempts: i64,
}

impl Backoff {
    /// How long to wait when attempt `n` (from 1) has failed; none when it was the last.
    pub(crate) fn after(self, n: i64) -> Option<Duration> {
        let doublings = u32::try_from(n.clamp(1, 32) - 1).unwrap_or(0);
        let pause = self.first.saturating_mul(1 << doublings).min(self.longest);
        (n < self.attempts).then_some(pause)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_the_longest_and_end_after_the_last_attempt() {
        let backoff = Backoff {
            first: Duration::from_secs(5),
            longest: Duration::from_hours(1),
            attempts: 12,
        };
        assert_eq!(backoff.after(1), Some(Duration::from_secs(5)));
        assert_eq!(backoff.after(2), Some(Duration::from_secs(10)));
        assert_eq!(backoff.after(11), Some(Duration::from_hours(1)));
        assert_eq!(backoff.after(12), None);
        assert_eq!(
            Backoff { attempts: i64::MAX, ..backoff }.after(4_000),
            Some(Duration::from_hours(1))
        );
    }
}
