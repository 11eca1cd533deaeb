//! The open sockets. HTTP's own shutdown does not know them once they are upgraded, so they are counted here.

use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};
use tokio::sync::watch;

/// Counts open sockets and knows when the last one is gone.
pub(crate) struct OpenSockets {
    open: Arc<watch::Sender<usize>>,
    retries: AtomicU32,
}

impl Default for OpenSockets {
    fn default() -> Self {
        Self { open: Arc::new(watch::Sender::new(0)), retries: AtomicU32::new(0) }
    }
}

/// While it lives, a socket is open.
pub(crate) struct OpenSocket(Arc<watch::Sender<usize>>);

impl OpenSockets {
    pub(crate) fn open(&self) -> OpenSocket {
        self.open.send_modify(|open| *open += 1);
        OpenSocket(Arc::clone(&self.open))
    }

    pub(crate) fn count(&self) -> usize {
        *self.open.borrow()
    }

    /// Resolves when none is open.
    pub(crate) async fn all_closed(&self) {
        // The sender is in `self`: it cannot be gone.
        let _ = self.open.subscribe().wait_for(|open| *open == 0).await;
    }

    /// When a socket that is sent away should come back, in milliseconds: spread over four seconds, so that the next
    /// process is not met by all at once.
    pub(crate) fn retry_ms(&self) -> u64 {
        u64::from(self.retries.fetch_add(1, Ordering::Relaxed).wrapping_mul(137) % 4000) + 1000
    }
}

impl Drop for OpenSocket {
    fn drop(&mut self) {
        self.0.send_modify(|open| *open -= 1);
    }
}
