//! Commands that the desk is working on, answered in the order they came.
//!
//! Each goes on by itself, once begun: a message is in the writer's hands, anything else is a task of its own
//! ([`spawn`]). Polled by the socket alone, a command would stand still, with its transaction open, for as long as the
//! socket waits for anything else: a slow client's buffer, or a connection that only that command can give back.

use desk::{Turn, Turns};
use futures_util::{FutureExt, StreamExt, stream::FuturesOrdered};
use protocol::{EntryId, Refusal, TicketId};
use std::{
    collections::{BTreeSet, HashMap},
    pin::Pin,
    sync::Arc,
    time::Duration,
};
use tokio::{runtime::Handle, time::Instant};

/// Commands of one socket at the most; then its next frame waits.
const COMMANDS: usize = 64;
/// A client sends what was refused for now again within `limits::RETRY_LAST`. One that does not has given it up.
const GIVEN_UP_AFTER: Duration = Duration::from_mins(1);

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

/// The commands of one socket that are not answered yet. Those that have begun come to their end, in order, also when
/// the socket is gone.
pub(super) struct InFlight<T: Send + 'static> {
    commands: FuturesOrdered<Answering<T>>,
    /// Nothing beside the last command: its place among others is decided by its own transaction.
    alone: bool,
    /// The last command, while those before it are not answered.
    waiting: Option<Answering<T>>,
    turns: Arc<Turns>,
    /// How many commands were taken, and the next one's place.
    taken: u64,
    /// What waits to come again, by ticket; none: that of the socket's visitor.
    held: HashMap<Option<TicketId>, Held>,
    /// The last message that was stored, by ticket: with it, everything that was said before it.
    stored: HashMap<Option<TicketId>, EntryId>,
}

/// What became of a message.
pub(super) struct Settled {
    /// None: that of the socket's visitor.
    pub(super) ticket: Option<TicketId>,
    pub(super) id: EntryId,
    pub(super) how: Settlement,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Settlement {
    Stored,
    /// It was refused for now, and is to come again.
    ToComeAgain,
    /// It was refused for good.
    Refused,
}

impl Settlement {
    pub(super) fn refused(refusal: &Refusal) -> Self {
        if refusal.code.is_passing() { Self::ToComeAgain } else { Self::Refused }
    }
}

/// Messages that were refused for now: what was said after one of them waits until that comes again.
struct Held {
    /// Ids are in order of time.
    messages: BTreeSet<EntryId>,
    /// When the first of them was last refused.
    since: Instant,
}

impl Held {
    /// Whether this message must not be written yet: one that was said before it is to come again.
    fn holds_up(&self, id: EntryId) -> bool {
        self.messages.first().is_some_and(|first| *first < id)
            && self.since.elapsed() < GIVEN_UP_AFTER
    }

    fn add(&mut self, id: EntryId) {
        if self.messages.first().is_none_or(|first| id <= *first) {
            self.since = Instant::now();
        }
        self.messages.insert(id);
        // Their sender sends them in order: the first ones are enough.
        if self.messages.len() > COMMANDS {
            self.messages.pop_last();
        }
    }
}

#[expect(clippy::option_option, reason = "nothing under way, or no answer to what was")]
impl<T: Send + 'static> InFlight<T> {
    pub(super) fn new() -> Self {
        Self {
            commands: FuturesOrdered::new(),
            alone: false,
            waiting: None,
            turns: Arc::default(),
            taken: 0,
            held: HashMap::new(),
            stored: HashMap::new(),
        }
    }

    /// The turn of the command that is taken next.
    pub(super) fn turn(&self) -> Turn {
        self.turns.turn(self.taken)
    }

    /// Takes a command: it begins now or, alone, when everything before it is answered.
    pub(super) fn begin(&mut self, command: Answering<T>, alone: bool) {
        self.taken += 1;
        self.alone = alone;
        if alone && !self.commands.is_empty() {
            self.waiting = Some(command);
        } else {
            self.start(command);
        }
    }

    /// Begins a command. It is polled once here, for that is when it takes its place in the writer's queue.
    fn start(&mut self, mut command: Answering<T>) {
        self.commands.push_back(match (&mut command).now_or_never() {
            Some(answer) => Box::pin(std::future::ready(answer)),
            None => command,
        });
    }

    /// Whether another command may be taken.
    pub(super) fn has_room(&self) -> bool {
        self.waiting.is_none() && self.commands.len() < if self.alone { 1 } else { COMMANDS }
    }

    /// Whether this message may be written: nothing before it on its ticket waits to come again.
    pub(super) fn admits(&mut self, ticket: Option<TicketId>, id: EntryId) -> bool {
        let Some(held) = self.held.get(&ticket) else { return true };
        if held.holds_up(id) {
            return false;
        }
        self.release(ticket, |message| message > id);
        true
    }

    /// Notes what became of a message.
    pub(super) fn settle(&mut self, Settled { ticket, id, how }: Settled) {
        match how {
            Settlement::ToComeAgain => {
                // Its sender knows of a repeat of what is stored, and does not send it again.
                if self.stored.get(&ticket).is_none_or(|stored| *stored < id) {
                    let none = || Held { messages: BTreeSet::new(), since: Instant::now() };
                    self.held.entry(ticket).or_insert_with(none).add(id);
                }
            }
            Settlement::Stored => {
                let stored = self.stored.entry(ticket).or_insert(id);
                *stored = id.max(*stored);
                self.release(ticket, |message| message > id);
            }
            Settlement::Refused => self.release(ticket, |message| message != id),
        }
    }

    /// Keeps these messages of a ticket waiting to come again, and no others.
    fn release(&mut self, ticket: Option<TicketId>, waits: impl Fn(EntryId) -> bool) {
        let Some(held) = self.held.get_mut(&ticket) else { return };
        let first = held.messages.first().copied();
        held.messages.retain(|message| waits(*message));
        if held.messages.first().copied() != first {
            held.since = Instant::now();
            self.turns.resume(self.taken);
        }
        if held.messages.is_empty() {
            self.held.remove(&ticket);
        }
    }

    /// Whoever greets sends everything that is not acknowledged again, in order.
    pub(super) fn forget_held(&mut self) {
        self.held.clear();
        self.turns.resume(self.taken);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.commands.is_empty()
    }

    /// The next answer; none when nothing is under way. Safe to drop before it is done.
    pub(super) async fn next(&mut self) -> Option<Option<T>> {
        let answer = self.commands.next().await?;
        self.turns.answer();
        if self.commands.is_empty()
            && let Some(command) = self.waiting.take()
        {
            self.start(command);
        }
        Some(answer)
    }

    /// The next answer, if it is there already.
    pub(super) fn next_now(&mut self) -> Option<Option<T>> {
        self.next().now_or_never().flatten()
    }
}

impl<T: Send + 'static> Drop for InFlight<T> {
    fn drop(&mut self) {
        let Ok(runtime) = Handle::try_current() else { return };
        if !self.is_empty() {
            let mut rest = std::mem::replace(self, Self::new());
            runtime.spawn(async move { while rest.next().await.is_some() {} });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{
        Settlement::{Refused, Stored, ToComeAgain},
        *,
    };
    use tokio::sync::mpsc::{self, UnboundedReceiver};
    use uuid::Uuid;

    /// A command that says when it begins and, a while later, when it ends.
    fn command(
        log: &mpsc::UnboundedSender<&'static str>,
        says: [&'static str; 2],
    ) -> Answering<()> {
        let log = log.clone();
        Box::pin(async move {
            log.send(says[0]).ok()?;
            tokio::task::yield_now().await;
            log.send(says[1]).ok()
        })
    }

    fn logged(log: &mut UnboundedReceiver<&'static str>) -> Vec<&'static str> {
        std::iter::from_fn(|| log.try_recv().ok()).collect()
    }

    #[tokio::test]
    async fn a_command_that_is_to_be_alone_begins_when_those_before_it_are_answered() {
        let (log, mut lines) = mpsc::unbounded_channel();
        let mut in_flight = InFlight::new();
        in_flight.begin(command(&log, ["text", "text is stored"]), false);
        in_flight.begin(command(&log, ["file", "file is stored"]), true);
        assert!(!in_flight.has_room(), "and nothing begins beside it");
        assert_eq!(logged(&mut lines), ["text"]);
        in_flight.next().await;
        assert!(!in_flight.has_room());
        in_flight.next().await;
        assert!(in_flight.has_room());
        assert_eq!(logged(&mut lines), ["text is stored", "file", "file is stored"]);
    }

    #[tokio::test]
    async fn what_was_taken_comes_to_its_end_in_order_when_the_socket_is_gone() {
        let (log, mut lines) = mpsc::unbounded_channel();
        let mut in_flight = InFlight::new();
        in_flight.begin(command(&log, ["text", "text is stored"]), false);
        in_flight.begin(command(&log, ["file", "file is stored"]), true);
        drop(in_flight);
        for line in ["text", "text is stored", "file", "file is stored"] {
            assert_eq!(lines.recv().await, Some(line));
        }
    }

    const ONE: EntryId = EntryId(Uuid::from_u128(1));
    const TWO: EntryId = EntryId(Uuid::from_u128(2));
    const THREE: EntryId = EntryId(Uuid::from_u128(3));

    fn settled(id: EntryId, how: Settlement) -> Settled {
        Settled { ticket: None, id, how }
    }

    #[tokio::test]
    async fn nothing_is_admitted_before_a_message_that_was_refused_for_now_comes_again() {
        for how in [Stored, Refused] {
            let mut in_flight = InFlight::<()>::new();
            in_flight.settle(settled(ONE, ToComeAgain));
            in_flight.settle(settled(TWO, ToComeAgain));
            assert!(!in_flight.admits(None, TWO));
            let other = Some(TicketId(Uuid::nil()));
            assert!(in_flight.admits(other, TWO), "on another ticket");
            assert!(in_flight.admits(None, ONE) && in_flight.admits(None, TWO));
            in_flight.settle(settled(ONE, ToComeAgain));
            in_flight.settle(settled(ONE, how));
            assert!(in_flight.admits(None, TWO), "it was settled after all");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_message_that_never_comes_again_is_given_up() {
        let mut in_flight = InFlight::<()>::new();
        in_flight.settle(settled(ONE, ToComeAgain));
        tokio::time::advance(GIVEN_UP_AFTER).await;
        in_flight.settle(settled(TWO, ToComeAgain));
        assert!(in_flight.admits(None, TWO), "what is refused after it makes it no younger");
    }

    #[tokio::test]
    async fn what_was_refused_together_comes_again_in_its_order() {
        let mut in_flight = InFlight::<()>::new();
        in_flight.settle(settled(ONE, ToComeAgain));
        in_flight.settle(settled(TWO, ToComeAgain));
        assert!(in_flight.admits(None, ONE));
        // Refused for the first one's sake, answered after that has come again.
        in_flight.settle(settled(THREE, ToComeAgain));
        assert!(!in_flight.admits(None, THREE));
        assert!(in_flight.admits(None, TWO) && in_flight.admits(None, THREE));
    }

    #[tokio::test]
    async fn a_repeat_of_what_is_stored_holds_nothing_up() {
        let mut in_flight = InFlight::<()>::new();
        in_flight.settle(settled(ONE, Stored));
        in_flight.settle(settled(TWO, ToComeAgain));
        in_flight.settle(settled(ONE, ToComeAgain));
        assert!(in_flight.admits(None, TWO), "nobody sends the first one again");
    }

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
