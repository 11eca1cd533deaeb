//! The one place where time and new ids come from.

use protocol::{EntryId, Timestamp};
use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

/// Where instants come from: the host, or a test's hand.
#[derive(Clone, Debug, Default)]
pub enum Clock {
    /// The host's clock.
    #[default]
    System,
    /// Stands still until a test moves it.
    Manual(Arc<AtomicI64>),
}

impl Clock {
    /// A clock that stands at `now`.
    pub fn manual(now: Timestamp) -> Self {
        Self::Manual(Arc::new(AtomicI64::new(now.0)))
    }

    /// The instant.
    pub fn now(&self) -> Timestamp {
        match self {
            #[expect(clippy::disallowed_methods, reason = "this is the clock")]
            Self::System => chrono::Utc::now().into(),
            Self::Manual(at) => Timestamp(at.load(Ordering::SeqCst)),
        }
    }

    /// Moves a manual clock; the system's is left alone.
    pub fn advance(&self, by: std::time::Duration) {
        if let Self::Manual(at) = self {
            at.fetch_add(i64::try_from(by.as_millis()).unwrap_or(i64::MAX), Ordering::SeqCst);
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
