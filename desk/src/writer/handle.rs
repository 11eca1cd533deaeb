//! The writer's end for those who write.

use super::command::{Command, Opened, Said, Say, Seen, Start};
use crate::{Error, Result};
use protocol::{Code, Refusal};
use tokio::sync::{mpsc, oneshot};

/// Commands that may wait for their turn; a sender beyond that waits itself.
const QUEUE: usize = 16_384;

/// The writer's end for those who write.
pub(crate) struct Writer {
    commands: mpsc::Sender<Command>,
}

impl Writer {
    pub(crate) fn new() -> (Self, mpsc::Receiver<Command>) {
        let (commands, queue) = mpsc::channel(QUEUE);
        (Self { commands }, queue)
    }

    /// A message. It has its place among others when this is first polled, so that senders keep their order.
    pub(crate) async fn say(&self, say: Say) -> Result<Said> {
        let (answer, told) = oneshot::channel();
        self.send(Command::Say(say, answer)).await?;
        told.await.unwrap_or_else(|_| Err(going_away()))
    }

    /// A new ticket with a waiting chat.
    pub(crate) async fn start(&self, start: Start) -> Result<Opened> {
        let (answer, told) = oneshot::channel();
        self.send(Command::Start(Box::new(start), answer)).await?;
        told.await.unwrap_or_else(|_| Err(going_away()))
    }

    /// How far one side has read.
    pub(crate) async fn seen(&self, seen: Seen) -> Result<()> {
        let (answer, told) = oneshot::channel();
        self.send(Command::Seen(seen, answer)).await?;
        told.await.unwrap_or_else(|_| Err(going_away()))
    }

    /// Writes everything that was given before this, then ends.
    pub(crate) async fn finish(&self) {
        let (answer, told) = oneshot::channel();
        if self.commands.send(Command::Finish(answer)).await.is_ok() {
            _ = told.await;
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
