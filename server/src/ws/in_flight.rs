//! Commands that the desk is working on, answered in the order they came.
//!
//! Each is a task of its own. Inside the socket's task a command would stand still, with its transaction open, for as
//! long as the socket waits for anything else: a slow client's buffer, or a connection that only that command can give back.

use futures_util::{FutureExt, StreamExt, stream::FuturesOrdered};
use std::pin::Pin;
use tokio::task::JoinHandle;

/// Commands of one socket at the most; then its next frame waits.
const MOST: usize = 64;

/// A command on its way to its answer; none where there is nothing to say.
pub(super) type Answering<T> = Pin<Box<dyn Future<Output = Option<T>> + Send>>;

/// An answer that is there already.
pub(super) fn at_once<T: Send + 'static>(event: T) -> Answering<T> {
    Box::pin(std::future::ready(Some(event)))
}

/// What one socket has asked.
pub(super) struct InFlight<T> {
    tasks: FuturesOrdered<JoinHandle<Option<T>>>,
    /// Nothing beside the command that is under way: its place among others is decided by its own transaction.
    alone: bool,
}

#[allow(clippy::option_option, reason = "nothing under way, or nothing to say of what was")]
impl<T: Send + 'static> InFlight<T> {
    pub(super) fn new() -> Self {
        Self { tasks: FuturesOrdered::new(), alone: false }
    }

    /// Begins a command. It is polled once here, for that is when it takes its place in the writer's queue.
    pub(super) fn begin(&mut self, mut command: Answering<T>, alone: bool) {
        self.alone = alone;
        self.tasks.push_back(match (&mut command).now_or_never() {
            Some(answer) => tokio::spawn(std::future::ready(answer)),
            None => tokio::spawn(command),
        });
    }

    /// Whether another command may begin.
    pub(super) fn has_room(&self) -> bool {
        self.tasks.len() < if self.alone { 1 } else { MOST }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.tasks.is_empty()
    }

    /// The next answer; none when nothing is under way. Safe to drop before it is done.
    pub(super) async fn next(&mut self) -> Option<Option<T>> {
        // A command that panicked has no answer: its sender tries again.
        Some(self.tasks.next().await?.unwrap_or_default())
    }

    /// The next answer, if it is there already.
    pub(super) fn next_now(&mut self) -> Option<Option<T>> {
        self.next().now_or_never().flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn commands_begin_and_answer_in_order_and_go_on_by_themselves() {
        let (sender, mut began) = tokio::sync::mpsc::unbounded_channel();
        let mut in_flight = InFlight::new();
        for n in 0..MOST {
            let sender = sender.clone();
            in_flight.begin(
                Box::pin(async move {
                    sender.send(n).ok()?;
                    tokio::task::yield_now().await;
                    sender.send(n + MOST).ok()?;
                    Some(n)
                }),
                false,
            );
        }
        assert!(!in_flight.has_room());
        let mut order = Vec::new();
        while order.len() < 2 * MOST {
            // Nobody asks for the answers, and still they all come to their end.
            order.push(began.recv().await.expect("it goes on"));
        }
        assert!(order[..MOST].iter().copied().eq(0..MOST));
        for n in 0..MOST {
            assert_eq!(in_flight.next().await, Some(Some(n)));
        }
        assert!(in_flight.is_empty() && in_flight.has_room());
    }
}
