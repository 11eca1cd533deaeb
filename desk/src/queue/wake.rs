//! Waking the workers, and ending them.

use tokio::sync::{Notify, watch};

/// Wakes the workers when there is a new row.
#[derive(Default)]
pub(crate) struct Wake {
    pub(crate) jobs: Notify,
    pub(crate) mail: Notify,
}

impl Wake {
    /// There may be something to do.
    pub(crate) fn notify(&self) {
        self.jobs.notify_one();
        self.mail.notify_one();
    }
}

/// Waits until `stop` is set, or nobody is left to set it.
pub(crate) async fn stopped(stop: &mut watch::Receiver<bool>) {
    let _ = stop.wait_for(|stopped| *stopped).await;
}
