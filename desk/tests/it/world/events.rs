//! What comes, sooner or later.

use desk::live::{Event, Subscription};
use protocol::Code;
use std::time::Duration;
use tokio::time::{sleep, timeout};

/// Long enough for anything that happens at all, on a machine that does much else.
const PATIENCE: Duration = Duration::from_mins(1);

/// The code of a refusal.
#[track_caller]
pub fn refused<T: std::fmt::Debug>(result: desk::Result<T>) -> Code {
    result.unwrap_err().refusal().code
}

/// What comes within a [`PATIENCE`]; a test that waits for ever says nothing.
pub async fn soon<T>(what: &str, comes: impl Future<Output = T>) -> T {
    timeout(PATIENCE, comes).await.unwrap_or_else(|_| panic!("it never came: {what}"))
}

/// The first event that is looked for.
pub async fn wait_for_event<T>(
    line: &mut Subscription,
    mut what: impl FnMut(&Event) -> Option<T>,
) -> T {
    soon("an event", async {
        loop {
            let event = line.next().await.expect("keeps up");
            if let Some(found) = what(&event) {
                return found;
            }
        }
    })
    .await
}

/// The next offer to a console.
pub async fn wait_for_offer(line: &mut Subscription) -> protocol::ChatId {
    wait_for_event(line, |event| match event {
        Event::Offer { chat, .. } => Some(*chat),
        _ => None,
    })
    .await
}

/// Asks again until it is so.
pub async fn until(what: &str, mut so: impl AsyncFnMut() -> bool) {
    soon(what, async {
        while !so().await {
            sleep(Duration::from_millis(10)).await;
        }
    })
    .await;
}
