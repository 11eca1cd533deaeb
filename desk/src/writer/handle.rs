//! Sending commands to the writer.

use super::{
    cache::WrittenElsewhere,
    command::{Command, Opened, Post, Posted, ReadMark, Start},
    turns::try_again,
};
use crate::Result;
use protocol::TicketId;
use tokio::sync::{mpsc, oneshot};

/// Commands that may wait for their turn; one more makes its sender wait.
const QUEUE: usize = 16_384;

/// The queue of the writer's commands.
pub(crate) struct Writer {
    commands: mpsc::Sender<Command>,
    pub(super) elsewhere: WrittenElsewhere,
}

impl Writer {
    pub(crate) fn new() -> (Self, mpsc::Receiver<Command>) {
        let (commands, queue) = mpsc::channel(QUEUE);
        (Self { commands, elsewhere: WrittenElsewhere::default() }, queue)
    }

    /// A message. It has its place among others when this is first polled, so that senders keep their order.
    pub(crate) async fn post(&self, post: Post) -> Result<Posted> {
        let (answer, reply) = oneshot::channel();
        self.send(Command::Post(post, answer)).await?;
        reply.await.unwrap_or_else(|_| Err(try_again()))
    }

    /// A new ticket with a waiting chat.
    pub(crate) async fn start(&self, start: Start) -> Result<Opened> {
        let (answer, reply) = oneshot::channel();
        self.send(Command::Start(Box::new(start), answer)).await?;
        reply.await.unwrap_or_else(|_| Err(try_again()))
    }

    /// How far one side has read.
    pub(crate) async fn mark_read(&self, mark: ReadMark) -> Result<()> {
        let (answer, reply) = oneshot::channel();
        self.send(Command::MarkRead(mark, answer)).await?;
        reply.await.unwrap_or_else(|_| Err(try_again()))
    }

    /// Other processes wrote to these tickets.
    pub(crate) fn was_written_elsewhere(&self, tickets: impl IntoIterator<Item = TicketId>) {
        self.elsewhere.add(tickets);
    }

    /// Other processes may have written to any ticket.
    pub(crate) fn anything_was_written_elsewhere(&self) {
        self.elsewhere.add_everything();
    }

    /// Writes everything that was given before this, then ends.
    pub(crate) async fn finish(&self) {
        let (answer, reply) = oneshot::channel();
        if self.commands.send(Command::Finish(answer)).await.is_ok() {
            _ = reply.await;
        }
    }

    /// Refused once the desk is being closed.
    /// A fault of ours in the batch that this comes into.
    #[cfg(test)]
    pub(super) async fn panic(&self) {
        self.send(Command::Panic).await.expect("there is a writer");
    }

    async fn send(&self, command: Command) -> Result<()> {
        match self.commands.try_send(command) {
            Ok(()) => Ok(()),
            Err(mpsc::error::TrySendError::Full(command)) => {
                self.commands.send(command).await.map_err(|_| try_again())
            }
            Err(mpsc::error::TrySendError::Closed(_)) => Err(try_again()),
        }
    }
}
