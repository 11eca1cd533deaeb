//! The one place where time and new ids come from.
//!
//! Three readings. **Instants** ([`Clock::now`]) are the wall clock's: what happened when. **Spans in memory** are
//! measured by [`Clock::moment`], which nobody can set. **Deadlines in the database** are made from [`Clock::due_now`]
//! and compared with it: they hold after a restart, and a wall clock that is set back does not put them off.

use protocol::{EntryId, Timestamp};
use std::{
    ops::Add,
    sync::{
        Arc, LazyLock,
        atomic::{AtomicI64, Ordering::SeqCst},
    },
    time::{Duration, Instant},
};

/// Where instants come from: the host, or a test's hand.
#[derive(Clone, Debug, Default)]
pub enum Clock {
    /// The host's clock.
    #[default]
    System,
    /// Stands still until a test moves it.
    Manual(Arc<Hands>),
}

/// What a test moves, in milliseconds.
#[derive(Debug)]
pub struct Hands {
    wall: AtomicI64,
    /// Since the clock was made.
    elapsed: AtomicI64,
    lead: Lead,
}

/// A moment of the clock that nobody sets: spans within this process are measured with it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment(Duration);

impl Moment {
    /// The span since an earlier one; nothing when it is later.
    pub fn since(self, earlier: Self) -> Duration {
        self.0.saturating_sub(earlier.0)
    }

    /// The span since the process's first moment.
    pub fn since_start(self) -> Duration {
        self.0
    }
}

impl Add<Duration> for Moment {
    type Output = Self;
    fn add(self, span: Duration) -> Self {
        Self(self.0.saturating_add(span))
    }
}

/// How far the wall clock has been ahead of the moments at the most, in milliseconds.
#[derive(Debug)]
struct Lead(AtomicI64);

impl Lead {
    const fn new() -> Self {
        Self(AtomicI64::new(i64::MIN))
    }

    /// The wall clock as if nobody had ever set it back.
    fn never_back(&self, wall: Timestamp, moment: Moment) -> Timestamp {
        let elapsed = milliseconds(moment.0);
        let lead = wall.0.saturating_sub(elapsed);
        Timestamp(elapsed.saturating_add(self.0.fetch_max(lead, SeqCst).max(lead)))
    }
}

static START: LazyLock<Instant> = LazyLock::new(Instant::now);
static LEAD: Lead = Lead::new();

impl Clock {
    /// A clock that stands at `now`.
    pub fn manual(now: Timestamp) -> Self {
        Self::Manual(Arc::new(Hands {
            wall: AtomicI64::new(now.0),
            elapsed: AtomicI64::new(0),
            lead: Lead::new(),
        }))
    }

    /// The instant.
    pub fn now(&self) -> Timestamp {
        match self {
            #[expect(clippy::disallowed_methods, reason = "this is the clock")]
            Self::System => chrono::Utc::now().into(),
            Self::Manual(hands) => Timestamp(hands.wall.load(SeqCst)),
        }
    }

    /// The moment.
    pub fn moment(&self) -> Moment {
        match self {
            Self::System => Moment(START.elapsed()),
            Self::Manual(hands) => {
                let elapsed = u64::try_from(hands.elapsed.load(SeqCst)).unwrap_or(0);
                Moment(Duration::from_millis(elapsed))
            }
        }
    }

    /// The instant that deadlines are made from and compared with: the wall clock's, but while this process runs it
    /// never goes back.
    pub fn due_now(&self) -> Timestamp {
        let lead = match self {
            Self::System => &LEAD,
            Self::Manual(hands) => &hands.lead,
        };
        lead.never_back(self.now(), self.moment())
    }

    /// Lets time pass on a manual clock; the system's is left alone.
    pub fn advance(&self, by: Duration) {
        if let Self::Manual(hands) = self {
            hands.wall.fetch_add(milliseconds(by), SeqCst);
            hands.elapsed.fetch_add(milliseconds(by), SeqCst);
        }
    }

    /// Sets the wall clock of a manual clock back, while no time passes; the system's is left alone.
    pub fn set_back(&self, by: Duration) {
        if let Self::Manual(hands) = self {
            // What it was at is known before it is set.
            self.due_now();
            hands.wall.fetch_sub(milliseconds(by), SeqCst);
        }
    }

    /// A new id, ordered by time (`UUIDv7`).
    #[expect(clippy::disallowed_methods, reason = "this is where ids come from")]
    pub fn new_id(&self) -> uuid::Uuid {
        uuid::Uuid::now_v7()
    }

    /// A new entry id for what the server itself says.
    pub fn new_entry_id(&self) -> EntryId {
        EntryId(self.new_id())
    }
}

fn milliseconds(span: Duration) -> i64 {
    i64::try_from(span.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wall_clock_that_is_set_back_takes_neither_moments_nor_deadlines_with_it() {
        const HOUR: Duration = Duration::from_hours(1);
        let clock = Clock::manual(Timestamp(1_800_000_000_000));
        let (wall, moment, due) = (clock.now(), clock.moment(), clock.due_now());
        assert_eq!(due, wall);
        clock.set_back(HOUR);
        assert_eq!((clock.now(), clock.moment(), clock.due_now()), (wall - HOUR, moment, due));
        clock.advance(HOUR);
        assert_eq!((clock.now(), clock.due_now()), (wall, due + HOUR));
        assert_eq!(clock.moment().since(moment), HOUR);
    }
}
