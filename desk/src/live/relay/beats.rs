//! Whether this process hears: its own signs, told like everything else, come back by the connection that listens.

use crate::Moment;
use std::time::Duration;

/// The signs of this process.
#[derive(Debug, Default)]
pub(crate) struct Beats {
    /// The number of the last one.
    number: i64,
    /// The last one that was told while none was under way; none: it came back.
    under_way: Option<(i64, Moment)>,
    /// How long the last one took.
    took: Option<Duration>,
}

impl Beats {
    /// Another sign, told at this moment: its number.
    pub(crate) fn tell(&mut self, now: Moment) -> i64 {
        self.number += 1;
        self.under_way.get_or_insert((self.number, now));
        self.number
    }

    /// A sign of ours came back.
    pub(crate) fn hear(&mut self, number: i64, now: Moment) {
        if let Some((first, at)) = self.under_way
            && first <= number
        {
            self.took = Some(now.since(at));
            self.under_way = None;
        }
    }

    /// A connection begins to listen: what was told before comes back to nobody.
    pub(crate) fn begin(&mut self) {
        (self.under_way, self.took) = (None, None);
    }

    /// For how long one has been under way.
    pub(crate) fn waits(&self, now: Moment) -> Duration {
        self.under_way.map_or(Duration::ZERO, |(_, at)| now.since(at))
    }

    /// How long the last one took, or the present one takes already; none: none has come back yet.
    pub(super) fn lag(&self, now: Moment) -> Option<Duration> {
        self.took.map(|took| took.max(self.waits(now)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lag_is_that_of_the_oldest_sign_that_has_not_come_back() {
        let at = |seconds| Moment::default() + Duration::from_secs(seconds);
        let seconds = Duration::from_secs;
        let mut beats = Beats::default();
        assert_eq!(beats.lag(at(0)), None);
        let first = beats.tell(at(0));
        assert_eq!((beats.lag(at(1)), beats.waits(at(1))), (None, seconds(1)));
        beats.hear(first, at(2));
        assert_eq!((beats.lag(at(9)), beats.waits(at(9))), (Some(seconds(2)), Duration::ZERO));
        let lost = beats.tell(at(10));
        let next = beats.tell(at(15));
        assert_eq!((beats.lag(at(20)), beats.waits(at(20))), (Some(seconds(10)), seconds(10)));
        beats.hear(lost - 1, at(20));
        assert_eq!(beats.waits(at(20)), seconds(10), "an older one");
        beats.hear(next, at(21));
        assert_eq!(beats.lag(at(30)), Some(seconds(11)));
        beats.begin();
        assert_eq!(beats.lag(at(31)), None);
    }
}
