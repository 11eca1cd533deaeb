//! One after another, and not too many in line.

use tokio::sync::{Semaphore, SemaphorePermit};

/// So many wait while one is drawn; whoever comes then is sent away.
const WAITING: usize = 32;

/// A line in front of one process.
pub(super) struct Queue {
    turn: Semaphore,
    room: Semaphore,
}

/// The process is this one's until it is dropped.
pub(super) struct Turn<'a> {
    _turn: SemaphorePermit<'a>,
    _room: SemaphorePermit<'a>,
}

impl Queue {
    pub(super) fn new() -> Self {
        Self { turn: Semaphore::new(1), room: Semaphore::new(WAITING + 1) }
    }

    /// Waits for its turn; none where too many do already. Whoever drops it leaves the line.
    pub(super) async fn turn(&self) -> Option<Turn<'_>> {
        let room = self.room.try_acquire().ok()?;
        let turn = self.turn.acquire().await.ok()?;
        Some(Turn { _turn: turn, _room: room })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::{FutureExt, future::join_all};

    #[tokio::test]
    async fn one_has_the_turn_and_the_line_is_bounded() {
        let queue = Queue::new();
        let first = queue.turn().now_or_never().flatten().expect("nobody is there");
        let mut waiting: Vec<_> = (0..WAITING).map(|_| Box::pin(queue.turn())).collect();
        for turn in &mut waiting {
            assert!(turn.as_mut().now_or_never().is_none(), "they wait");
        }
        assert!(queue.turn().now_or_never().expect("at once").is_none(), "and no more may");
        // Who leaves the line gives room.
        waiting.pop();
        waiting.push(Box::pin(queue.turn()));
        drop(first);
        let turns = join_all(waiting.into_iter().map(async |turn| turn.await.is_some())).await;
        assert_eq!(turns, [true; WAITING]);
    }
}
