//! Waking the workers.

use tokio::sync::Notify;

/// Wakes the workers when there is a new row.
#[derive(Default)]
pub(crate) struct Wakeups {
    pub(crate) jobs: Notify,
    pub(crate) mail: Notify,
}

impl Wakeups {
    /// There may be something to do.
    pub(crate) fn notify(&self) {
        self.jobs.notify_one();
        self.mail.notify_one();
    }
}
