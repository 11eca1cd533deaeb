//! The sign that the process goes away.

use tokio::sync::watch;

/// Set once, when the process goes away; clones see the same. Made of the receiving end of a channel whose value turns
/// true.
#[derive(Clone, Debug)]
pub struct Stop(watch::Receiver<bool>);

impl From<watch::Receiver<bool>> for Stop {
    fn from(stop: watch::Receiver<bool>) -> Self {
        Self(stop)
    }
}

impl Stop {
    /// Whether it is set.
    pub fn is_set(&self) -> bool {
        *self.0.borrow()
    }

    /// Resolves when it is set. Safe to drop before it is done.
    pub async fn wait(&mut self) {
        // An error means that the sender is gone, and with it whoever could have waited for the end.
        let _ = self.0.wait_for(|stop| *stop).await;
    }
}
