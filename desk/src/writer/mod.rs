//! The writer: what many people write at once goes into one transaction, so that one flush to disk serves them all.
//!
//! It drains its queue, writes all of it with one statement per kind, commits, and only then answers each sender. A command
//! that is wrong alone is refused alone. Nothing that is acknowledged is ever only in memory.

mod at_once;
mod heads;
mod says;
mod seen;
mod starts;

pub(crate) use says::{Said, Say, Sender};
pub(crate) use seen::Seen;
pub(crate) use starts::{Opened, Start, numbers};

use crate::{
    Desk, Error, Inner, Result,
    db::{
        Tx, retry,
        rows::{MOST, Rows},
        run,
    },
    live::Event,
    tickets::entries,
};
use at_once::Owed;
use heads::Heads;
use protocol::{Code, Refusal, TicketId, Timestamp, entry::AgentEntry};
use std::sync::{Arc, Weak};
use tokio::sync::{mpsc, oneshot};

/// Commands that may wait for their turn; a sender beyond that waits itself.
const QUEUE: usize = 16_384;

/// The writer's end for those who write.
pub(crate) struct Writer {
    commands: mpsc::Sender<Command>,
}

/// Something to write, and whom to tell.
pub(crate) enum Command {
    Say(Say, oneshot::Sender<Result<Said>>),
    Start(Box<Start>, oneshot::Sender<Result<Opened>>),
    Seen(Seen, oneshot::Sender<Result<()>>),
    Finish(oneshot::Sender<()>),
}

/// What became of a command, told after the commit.
enum Done {
    Said(Result<Said>),
    Opened(Result<Opened>),
    Seen,
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

/// Starts the writer on a thread of its own: as a task among thousands it would wait its turn behind everybody whom its last
/// commit woke. The runtime that this is called from drives its connections and timers.
pub(crate) fn spawn(desk: Weak<Inner>, queue: mpsc::Receiver<Command>) -> std::io::Result<()> {
    let runtime = tokio::runtime::Handle::current();
    let write = move || runtime.block_on(run(desk, queue));
    std::thread::Builder::new().name("writer".into()).spawn(write).map(drop)
}

/// Writes batch after batch until told to finish or nobody is left to write.
async fn run(desk: Weak<Inner>, mut queue: mpsc::Receiver<Command>) {
    let mut batch = Vec::with_capacity(MOST);
    let mut heads = Heads::default();
    let mut owed: Option<Owed> = None;
    loop {
        while batch.len() < MOST
            && let Ok(command) = queue.try_recv()
        {
            batch.push(command);
        }
        if batch.is_empty() {
            // Nothing to write meanwhile: nobody waits any longer.
            owed.take().into_iter().for_each(Owed::tell);
            if queue.recv_many(&mut batch, MOST).await == 0 {
                return;
            }
        }
        let Some(inner) = desk.upgrade() else { return };
        let finish = batch.iter().position(|command| matches!(command, Command::Finish(_)));
        let rest = finish.map(|at| batch.split_off(at));
        if !batch.is_empty() {
            write(&Desk(inner), &mut heads, std::mem::take(&mut batch), &mut owed).await;
        }
        if let Some(rest) = rest {
            queue.close();
            owed.take().into_iter().for_each(Owed::tell);
            for command in rest {
                if let Command::Finish(answer) = command {
                    _ = answer.send(());
                }
            }
            return;
        }
    }
}

/// Writes a batch and answers everybody in it, or leaves that to the next.
async fn write(desk: &Desk, heads: &mut Heads, batch: Vec<Command>, owed: &mut Option<Owed>) {
    let now = desk.now();
    let batch = match at_once::write(desk, heads, batch, owed, now).await {
        Ok(next) => {
            *owed = Some(next);
            return;
        }
        Err(batch) => batch,
    };
    owed.take().into_iter().for_each(Owed::tell);
    let mut outcome = transaction(desk, heads, &batch, now).await;
    if outcome.is_err() {
        heads.forget();
        outcome = retry!({ transaction(desk, heads, &batch, now).await });
    }
    match outcome {
        Ok(done) => batch.into_iter().zip(done).for_each(answer),
        Err(Error::StorageFull) => refuse(batch, &Arc::new(Error::StorageFull)),
        // One of them may be to blame: each on its own, and the others do not suffer.
        Err(error) if batch.len() > 1 && !error.is_passing() => {
            tracing::warn!(%error, commands = batch.len(), "a batch failed and is written one by one");
            for command in batch {
                let alone = vec![command];
                match retry!({ transaction(desk, heads, &alone, now).await }) {
                    Ok(done) => alone.into_iter().zip(done).for_each(answer),
                    Err(error) => refuse(alone, &Arc::new(error)),
                }
            }
        }
        Err(error) => refuse(batch, &Arc::new(error)),
    }
}

/// One transaction for all of them.
async fn transaction(
    desk: &Desk,
    heads: &mut Heads,
    batch: &[Command],
    now: Timestamp,
) -> Result<Vec<Done>> {
    let mut tx = desk.begin().await?;
    let mut done: Vec<Option<Done>> = batch.iter().map(|_| None).collect();
    let mut entries = Vec::with_capacity(batch.len());
    heads.begin();
    starts::write(&mut tx, desk, batch, &mut done, &mut entries, now).await?;
    says::write(&mut tx, desk, batch, &mut done, &mut entries, heads, now).await?;
    add_entries(&mut tx, entries).await?;
    seen::write(&mut tx, batch, &mut done, heads).await?;
    desk.commit(tx).await?;
    heads.committed();
    Ok(done.into_iter().map(|done| done.expect("every command was dealt with")).collect())
}

static ADD_ENTRIES: Rows = Rows::new(
    "insert into entries (ticket_id, seq, id, at, kind, agent_id, body) values ",
    "?, ?, ?, ?, ?, ?, ?",
    " on conflict do nothing",
);

/// Stores entries at places that their tickets' rows have handed out, and tells the hub of each.
async fn add_entries(tx: &mut Tx, entries: Vec<(TicketId, AgentEntry)>) -> Result<()> {
    for entries in entries.chunks(MOST) {
        let bodies = entries::stored_all(entries);
        let (text, size) = ADD_ENTRIES.text(tx, entries.len());
        let added = run!(tx, c => {
            let query = bind_entries!(sqlx::query(text), Rows::filled(&bodies, size));
            query.execute(c).await.map(|done| done.rows_affected())
        })?;
        // Another node stored one of them in the meantime: the next try finds it.
        if added != entries.len() as u64 {
            return Err(Error::Conflict);
        }
    }
    for (ticket, entry) in entries {
        tx.tell(tell_entry(ticket, entry));
    }
    Ok(())
}

fn tell_entry(ticket: TicketId, entry: AgentEntry) -> Event {
    Event::Entry { ticket, visitor: entries::visitor_view(&entry), agent: entry }
}

/// Binds the columns of `entries` for each of [`entries::stored_all`]: the same for either engine.
macro_rules! bind_entries {
    ($query:expr, $entries:expr) => {{
        let mut query = $query;
        for (ticket, entry, body) in $entries {
            query = query
                .bind(ticket.0)
                .bind(entry.seq.0)
                .bind(entry.id.0)
                .bind(entry.at.0)
                .bind($crate::tickets::entries::kind(&entry.body))
                .bind($crate::tickets::entries::agent_of(&entry.body).map(|agent| agent.0))
                .bind(body.as_str());
        }
        query
    }};
}
use bind_entries;

fn answer((command, done): (Command, Done)) {
    match (command, done) {
        (Command::Say(_, sender), Done::Said(said)) => _ = sender.send(said),
        (Command::Start(_, sender), Done::Opened(opened)) => _ = sender.send(opened),
        (Command::Seen(_, sender), Done::Seen) => _ = sender.send(Ok(())),
        _ => unreachable!("a command is done in its own kind"),
    }
}

fn refuse(batch: Vec<Command>, error: &Arc<Error>) {
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
