//! The writer's commands, and their answers.

use super::turns::Turn;
use crate::{
    Error, Result,
    live::Receipt,
    tickets::{FormDigest, NewChat},
};
use protocol::{
    AgentId, ChatId, EntryId, QueueId, Seq, SiteId, TicketId, TicketNumber, settings::Prefix,
};
use std::{sync::Arc, time::Duration};
use tokio::sync::oneshot;

/// One thing to write, and the sender who waits for its answer.
pub(crate) enum Command {
    Post(Post, oneshot::Sender<Result<Posted>>),
    Start(Box<Start>, oneshot::Sender<Result<Opened>>),
    MarkRead(ReadMark, oneshot::Sender<Result<()>>),
    Finish(oneshot::Sender<()>),
    /// A fault of ours in the batch that it is in.
    #[cfg(test)]
    Panic,
}

/// The answer to a command, sent after the commit.
pub(super) enum Done {
    Posted(Result<Posted>),
    Opened(Result<Opened>),
    MarkedRead,
}

/// A message.
pub(crate) struct Post {
    pub(crate) ticket: TicketId,
    pub(crate) id: EntryId,
    pub(crate) sender: Sender,
    pub(crate) text: String,
    pub(crate) turn: Turn,
}

/// The person who sends a message.
pub(crate) enum Sender {
    /// The ticket's visitor, who came by this site.
    Visitor(SiteId),
    Agent(AgentId, String),
}

impl Sender {
    /// None: the visitor.
    pub(super) fn agent(&self) -> Option<AgentId> {
        match self {
            Self::Visitor(_) => None,
            Self::Agent(agent, _) => Some(*agent),
        }
    }
}

/// The answer to a message.
#[derive(Clone, Copy)]
pub(crate) enum Posted {
    Committed(Receipt),
    /// It does not belong into a chat under way, or another message has its id: the verb writes it in a transaction of
    /// its own, or refuses it.
    NotInChat,
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
    /// The column `client` of the ticket.
    pub(crate) client: Option<String>,
    /// What makes a form with the same id the same form.
    pub(crate) digest: FormDigest,
    pub(crate) new: NewChat,
}

/// A ticket that is there, new or from the first time.
#[derive(Clone)]
pub(crate) struct Opened {
    pub(crate) ticket: TicketId,
    pub(crate) number: TicketNumber,
    pub(crate) seq: Seq,
}

/// One side has read up to here. The caller has checked that the sender belongs to the ticket.
#[derive(Clone, Copy)]
pub(crate) struct ReadMark {
    pub(crate) ticket: TicketId,
    pub(crate) by_visitor: bool,
    pub(crate) upto: Seq,
}

/// Answers the sender of a command that was written, or was wrong alone.
pub(super) fn answer((command, done): (Command, Done)) {
    match (command, done) {
        (Command::Post(_, sender), Done::Posted(posted)) => _ = sender.send(posted),
        (Command::Start(_, sender), Done::Opened(opened)) => _ = sender.send(opened),
        (Command::MarkRead(_, sender), Done::MarkedRead) => _ = sender.send(Ok(())),
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
            Command::Post(post, sender) => _ = sender.send(post.turn.note(Err(error))),
            Command::Start(_, sender) => _ = sender.send(Err(error)),
            Command::MarkRead(_, sender) => _ = sender.send(Err(error)),
            Command::Finish(sender) => _ = sender.send(()),
            #[cfg(test)]
            Command::Panic => {}
        }
    }
}
