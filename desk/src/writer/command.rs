//! What can be written, and what becomes of it.

use crate::{Error, Result, live::Receipt, tickets::NewChat};
use protocol::{
    AgentId, ChatId, EntryId, QueueId, Seq, SiteId, TicketId, TicketNumber, settings::Prefix,
};
use std::{sync::Arc, time::Duration};
use tokio::sync::oneshot;

/// Something to write, and whom to tell.
pub(crate) enum Command {
    Say(Say, oneshot::Sender<Result<Said>>),
    Start(Box<Start>, oneshot::Sender<Result<Opened>>),
    Seen(Seen, oneshot::Sender<Result<()>>),
    Finish(oneshot::Sender<()>),
}

/// What became of a command, told after the commit.
pub(super) enum Done {
    Said(Result<Said>),
    Opened(Result<Opened>),
    Seen,
}

/// A message.
pub(crate) struct Say {
    pub(crate) ticket: TicketId,
    pub(crate) id: EntryId,
    pub(crate) sender: Sender,
    pub(crate) text: String,
}

/// Whose message it is.
pub(crate) enum Sender {
    /// The ticket's visitor, who came by this site.
    Visitor(SiteId),
    Agent(AgentId, String),
}

/// What became of it.
#[derive(Clone, Copy)]
pub(crate) enum Said {
    Committed(Receipt),
    /// It does not belong into a chat under way: see the verb's own transaction.
    Elsewhere,
}

/// A chat to start. Its ids are made by the sender, so that another try writes the same.
pub(crate) struct Start {
    pub(crate) site: SiteId,
    pub(crate) prefix: Prefix,
    pub(crate) queue: Option<QueueId>,
    /// Whether the button said Chat when it was sent.
    pub(crate) open: bool,
    pub(crate) wait_limit: Duration,
    pub(crate) ticket: TicketId,
    pub(crate) chat: ChatId,
    pub(crate) beginning: EntryId,
    pub(crate) new: NewChat,
}

/// A ticket that is there, new or from the first time.
#[derive(Clone)]
pub(crate) struct Opened {
    pub(crate) ticket: TicketId,
    pub(crate) number: TicketNumber,
    pub(crate) seq: Seq,
}

/// One side has read up to here. Whoever sends it has been found to belong to the ticket.
#[derive(Clone, Copy)]
pub(crate) struct Seen {
    pub(crate) ticket: TicketId,
    pub(crate) by_visitor: bool,
    pub(crate) upto: Seq,
}

/// Answers the sender of a command that was written, or was wrong alone.
pub(super) fn answer((command, done): (Command, Done)) {
    match (command, done) {
        (Command::Say(_, sender), Done::Said(said)) => _ = sender.send(said),
        (Command::Start(_, sender), Done::Opened(opened)) => _ = sender.send(opened),
        (Command::Seen(_, sender), Done::Seen) => _ = sender.send(Ok(())),
        _ => unreachable!("a command is done in its own kind"),
    }
}

/// Answers everybody in a batch of which nothing was written.
pub(super) fn refuse(batch: Vec<Command>, error: &Arc<Error>) {
    if !matches!(**error, Error::Refused(_)) {
        tracing::error!(%error, cause = ?error, commands = batch.len(), "nothing of a batch was written");
    }
    for command in batch {
        let error = Error::Shared(error.clone());
        match command {
            Command::Say(_, sender) => _ = sender.send(Err(error)),
            Command::Start(_, sender) => _ = sender.send(Err(error)),
            Command::Seen(_, sender) => _ = sender.send(Err(error)),
            Command::Finish(sender) => _ = sender.send(()),
        }
    }
}
