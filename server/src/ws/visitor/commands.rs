//! What a panel asks of the desk: each command a future that owns what it needs, so that the socket goes on reading.

use crate::{
    edge::{failure::Failure, state::Server},
    settings::Network,
    ws::in_flight::{Answering, ready, spawn},
};
use desk::{
    Turn,
    mail::TranscriptAsked,
    sites::Site,
    tickets::{Message, Visitor},
};
use protocol::{
    EntryId, PageUrl, Score, Seq,
    text::{EmailAddress, RatingComment, is_blank},
    visitor::{Done, VisitorCommand, VisitorEvent},
};

/// The id that an answer to this command names.
pub(super) fn id_of(command: &VisitorCommand) -> Option<EntryId> {
    match command {
        VisitorCommand::Say { id, .. } => Some(*id),
        _ => None,
    }
}

/// Whether it is begun only when everything before it is answered, and nothing beside it: what it writes it does not
/// write through the writer, or what it reads is long.
pub(super) fn is_alone(command: &VisitorCommand, chat_is_live: bool) -> bool {
    match command {
        VisitorCommand::Say { files, .. } => !chat_is_live || !files.is_empty(),
        VisitorCommand::End
        | VisitorCommand::LeaveRequest
        | VisitorCommand::Transcript { .. }
        | VisitorCommand::Contact { .. }
        | VisitorCommand::Rate { .. }
        | VisitorCommand::Page { .. }
        // One read is in flight: its answer leaves before the next is asked for.
        | VisitorCommand::Resume { .. } => true,
        VisitorCommand::Hello { .. }
        | VisitorCommand::Typing
        | VisitorCommand::Seen { .. }
        | VisitorCommand::Ping => false,
    }
}

/// Begins a command.
pub(super) fn begin(
    server: &Server,
    site: &Site,
    client: Network,
    visitor: Visitor,
    turn: Turn,
    command: VisitorCommand,
) -> Answering<VisitorEvent> {
    let id = id_of(&command);
    if is_counted(&command)
        && let Err(limited) = server.rates.message(site, client)
    {
        server.counters.rate_limited.up();
        if id.is_some() {
            turn.fail();
        }
        return ready(VisitorEvent::Refused { id, refusal: limited.refusal() });
    }
    let server = server.clone();
    match command {
        VisitorCommand::Say { id, text, files } => Box::pin(async move {
            let message = Message { id, text: &text, files: &files };
            Some(match server.desk.post_visitor_message_in_turn(turn, visitor, message).await {
                Ok(receipt) => {
                    server.counters.visitor_messages.up();
                    VisitorEvent::Ack { id: receipt.id, seq: receipt.seq, at: receipt.at }
                }
                Err(error) => refused(Some(id), error),
            })
        }),
        VisitorCommand::Seen { upto } => Box::pin(async move {
            server
                .desk
                .mark_read_by_visitor(visitor, upto)
                .await
                .err()
                .map(|error| refused(None, error))
        }),
        VisitorCommand::Resume { after } => spawn(async move {
            let after = Seq(after.0.max(0));
            Some(match server.desk.visitor_entries(visitor, after).await {
                Ok((entries, last)) => VisitorEvent::Entries { entries, last },
                Err(error) => refused(None, error),
            })
        }),
        VisitorCommand::End => spawn(async move {
            server.desk.end_chat_as_visitor(visitor).await.err().map(|error| refused(None, error))
        }),
        VisitorCommand::LeaveRequest => spawn(async move {
            server.desk.leave_request(visitor).await.err().map(|error| refused(None, error))
        }),
        VisitorCommand::Page { page } => spawn(async move {
            let page = PageUrl::parse(&page)?;
            server.desk.visitor_moved(visitor, &page).await.err().map(|error| refused(None, error))
        }),
        VisitorCommand::Transcript { email } => spawn(async move {
            let done = async {
                let email = email.as_deref().map(EmailAddress::parse).transpose()?;
                server.desk.send_transcript(visitor, email).await
            };
            Some(match done.await {
                Ok(asked) => VisitorEvent::Done { what: done_of(asked) },
                Err(error) => refused(None, error),
            })
        }),
        VisitorCommand::Contact { email } => spawn(async move {
            let done = async {
                let email = EmailAddress::parse(&email)?;
                server.desk.claim_email(visitor, email).await
            };
            Some(done_or_refused(Done::Contact, done.await))
        }),
        VisitorCommand::Rate { score, comment } => spawn(async move {
            let done = async {
                let score = Score::try_from(score)?;
                let comment = comment.filter(|comment| !is_blank(comment));
                let comment = comment.as_deref().map(RatingComment::parse).transpose()?;
                server.desk.rate(visitor, score, comment).await
            };
            Some(done_or_refused(Done::Rating, done.await))
        }),
        VisitorCommand::Ping => ready(VisitorEvent::Pong),
        // The socket itself sees to these.
        VisitorCommand::Hello { .. } | VisitorCommand::Typing => Box::pin(std::future::ready(None)),
    }
}

/// Whether it counts as a message of this client.
fn is_counted(command: &VisitorCommand) -> bool {
    matches!(
        command,
        VisitorCommand::Say { .. }
            | VisitorCommand::Transcript { .. }
            | VisitorCommand::Contact { .. }
            | VisitorCommand::Rate { .. }
    )
}

fn done_of(asked: TranscriptAsked) -> Done {
    match asked {
        TranscriptAsked::Sent => Done::Transcript,
        TranscriptAsked::OnceConfirmed => Done::TranscriptOnceConfirmed,
    }
}

fn done_or_refused(what: Done, outcome: desk::Result<()>) -> VisitorEvent {
    match outcome {
        Ok(()) => VisitorEvent::Done { what },
        Err(error) => refused(None, error),
    }
}

fn refused(id: Option<EntryId>, error: desk::Error) -> VisitorEvent {
    // The desk's own faults are logged where refusals become answers; sockets are such a place too.
    VisitorEvent::Refused { id, refusal: Failure::from(error).refusal }
}
