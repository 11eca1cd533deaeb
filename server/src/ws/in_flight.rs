//! Commands that the desk is working on, answered in the order they came.
//!
//! Each goes on by itself, once begun: a message is in the writer's hands, anything else is a task of its own
//! ([`spawn`]). Polled by the socket alone, a command would stand still, with its transaction open, for as long as the
//! socket waits for anything else: a slow client's buffer, or a connection that only that command can give back.

use futures_util::{FutureExt, StreamExt, stream::FuturesOrdered};
use std::pin::Pin;

/// Commands of one socket at the most; then its next frame waits.
const COMMANDS: usize = 64;

/// A command on its way to its answer; none where there is nothing to send.
pub(super) type Answering<T> = Pin<Box<dyn Future<Output = Option<T>> + Send>>;

/// An answer that is there already.
pub(super) fn ready<T: Send + 'static>(event: T) -> Answering<T> {
    Box::pin(std::future::ready(Some(event)))
}

/// A command that holds more than a place in the writer's queue.
pub(super) fn spawn<T: Send + 'static>(
    command: impl Future<Output = Option<T>> + Send + 'static,
) -> Answering<T> {
    // A command that panicked has no answer: its sender tries again.
    Box::pin(async { tokio::spawn(command).await.unwrap_or_default() })
}

/// The commands of one socket that are not answered yet.
pub(super) struct InFlight<T> {
    commands: FuturesOrdered<Answering<T>>,
    /// Nothing beside the command that is under way: its place among others is decided by its own transaction.
    alone: bool,
}

#[expect(clippy::option_option, reason = "nothing under way, or no answer to what was")]
impl<T: Send + 'static> InFlight<T> {
    pub(super) fn new() -> Self {
        Self { commands: FuturesOrdered::new(), alone: false }
    }

    /// Begins a command. It is polled once here, for that is when it takes its place in the writer's queue.
    pub(super) fn begin(&mut self, mut command: Answering<T>, alone: bool) {
        self.alone = alone;
        self.commands.push_back(match (&mut command).now_or_never() {
            Some(answer) => Box::pin(std::future::ready(answer)),
            None => command,
        });
    }

    /// Whether another command may begin.
    pub(super) fn has_room(&self) -> bool {
        self.commands.len() < if self.alone { 1 } else { COMMANDS }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.commands.is_empty()
    }

    /// The next answer; none when nothing is under way. Safe to drop before it is done.
    pub(super) async fn next(&mut self) -> Option<Option<T>> {
        self.commands.next().await
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
        for n in 0..COMMANDS {
            let sender = sender.clone();
            in_flight.begin(
                spawn(async move {
                    sender.send(n).ok()?;
                    tokio::task::yield_now().await;
                    sender.send(n + COMMANDS).ok()?;
                    Some(n)
                }),
                false,
            );
        }
        assert!(!in_flight.has_room());
        let mut order = Vec::new();
        while order.len() < 2 * COMMANDS {
            // Nobody asks for the answers, and still they all come to their end.
            order.push(began.recv().await.expect("it goes on"));
        }
        assert!(order[..COMMANDS].iter().copied().eq(0..COMMANDS));
        for n in 0..COMMANDS {
            assert_eq!(in_flight.next().await, Some(Some(n)));
        }
        assert!(in_flight.is_empty() && in_flight.has_room());
    }
}
