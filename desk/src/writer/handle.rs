//! Sending commands to the writer.

use super::command::{Command, Opened, Post, Posted, ReadMark, Start};
use crate::{Error, Result};
use protocol::{Code, Refusal};
use tokio::sync::{mpsc, oneshot};

/// Commands that may wait for their turn; one more makes its sender wait.
const QUEUE: usize = 16_384;

/// The queue of the writer's commands.
pub(crate) struct Writer {
    commands: mpsc::Sender<Command>,
}

impl Writer {
    pub(crate) fn new() -> (Self, mpsc::Receiver<Command>) {
        let (commands, queue) = mpsc::channel(QUEUE);
        (Self { commands }, queue)
    }

    /// A message. It has its place among others when this is first polled, so that senders keep their order.
    pub(crate) async fn post(&self, post: Post) -> Result<Posted> {
        let (answer, reply) = oneshot::channel();
        self.send(Command::Post(post, answer)).await?;
        reply.await.unwrap_or_else(|_| Err(going_away()))
    }

    /// A new ticket with a waiting chat.
    pub(crate) async fn start(&self, start: Start) -> Result<Opened> {
        let (answer, reply) = oneshot::channel();
        self.send(Command::Start(Box::new(start), answer)).await?;
        reply.await.unwrap_or_else(|_| Err(going_away()))
    }

    /// How far one side has read.
    pub(crate) async fn mark_read(&self, mark: ReadMark) -> Result<()> {
        let (answer, reply) = oneshot::channel();
        self.send(Command::MarkRead(mark, answer)).await?;
        reply.await.unwrap_or_else(|_| Err(going_away()))
    }

    /// Writes everything that was given before this, then ends.
    pub(crate) async fn finish(&self) {
        let (answer, reply) = oneshot::channel();
        if self.commands.send(Command::Finish(answer)).await.is_ok() {
            _ = reply.await;
        }
    }

    async fn send(&self, command: Command) -> Result<()> {
        match self.commands.try_send(command) {
            Ok(()) => Ok(()),
            Err(mpsc::error::TrySendError::Full(command)) => {
                self.commands.send(command).await.map_err(|_| going_away())
            }
            Err(mpsc::error::TrySendError::Closed(_)) => Err(going_away()),
        }
    }
}

/// The desk is being closed: the sender keeps its text and comes back.
fn going_away() -> Error {
    Refusal::new(Code::TryAgain).into()
}
