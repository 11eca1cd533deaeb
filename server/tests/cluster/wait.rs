//! Waiting for what comes; a test that waits for ever says nothing.

use std::time::Duration;
use tokio::time::{sleep, timeout};

/// Long enough for anything that happens at all, on a machine that does much else.
pub const PATIENCE: Duration = Duration::from_mins(3);
/// The pause before it is asked again.
const RETRY: Duration = Duration::from_millis(20);

/// Asks again until there is something.
pub async fn eventually<T>(what: &str, mut found: impl AsyncFnMut() -> Option<T>) -> T {
    let found = async {
        loop {
            if let Some(found) = found().await {
                return found;
            }
            sleep(RETRY).await;
        }
    };
    timeout(PATIENCE, found).await.unwrap_or_else(|_| panic!("it never came: {what}"))
}
