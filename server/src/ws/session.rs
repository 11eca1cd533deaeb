//! One socket, from its first frame to its last. Both audiences go through here: who is at the other end, what they ask
//! and what they are sent is an [`Audience`]'s.

use super::{
    connection::{Close, Connection, Gone, Incoming},
    frame::{self, Frame, RefusedFrame},
    in_flight::{InFlight, Settled, ready},
    pace::{Budget, Pace},
};
use crate::edge::{
    counters::{Count, Counters},
    state::Server,
};
use desk::{
    Stop,
    live::{Event, Lagged, Subscription},
};
use futures_util::FutureExt;
use protocol::limits;
use serde::{Serialize, de::DeserializeOwned};
use std::{sync::Arc, time::Duration};
use tokio::time::{Instant, MissedTickBehavior, interval_at, sleep_until, timeout};

/// A socket that does not say hello in this time is closed.
const HELLO_WITHIN: Duration = Duration::from_secs(10);
/// On the way out, what is in flight may take this long to be acknowledged.
const LAST_ANSWERS: Duration = Duration::from_secs(4);
/// Events taken from the hub before what they say is written out.
pub(super) const BATCH: usize = 64;

/// Who is at the other end.
///
/// What is rare is boxed by the session or here, so that the future of an idle socket stays small: it is most of what a
/// socket costs.
pub(super) trait Audience: Send + Sized + 'static {
    /// A frame of theirs.
    type Command: DeserializeOwned + Send;
    /// A frame of ours.
    type Event: Serialize + Send + Sync + 'static;
    /// The name of the protocol that both speak.
    const SUBPROTOCOL: &'static str;

    /// The count of open sockets of this audience.
    fn open_sockets(counters: &Counters) -> &Count;

    /// The running server.
    fn server(&self) -> &Server;

    /// How fast its frames are read as of now; none: as fast as they come.
    fn budget(&self) -> Option<Budget>;

    /// Whether the command is the one that a session begins with. It may come again.
    fn is_hello(command: &Self::Command) -> bool;

    /// Answers a hello with where things stand.
    fn greet(
        &mut self,
        connection: &mut Connection,
        hello: Self::Command,
    ) -> impl Future<Output = Result<(), End>> + Send;

    /// Does any other command, or begins it.
    fn command(
        &mut self,
        connection: &mut Connection,
        answers: &mut InFlight<Self::Event>,
        command: Self::Command,
    ) -> impl Future<Output = Result<(), End>> + Send;

    /// The answer to a command that is not as it should be.
    fn refused(refused: RefusedFrame) -> Self::Event;

    /// Notes an answer that is about to be sent.
    fn note_answer(&mut self, _answer: &Self::Event) {}

    /// What an answer says of a message, if it is the answer to one.
    fn settled(answer: &Self::Event) -> Option<Settled>;

    /// The next thing that happens elsewhere. Safe to drop before it is done.
    fn next(&mut self) -> impl Future<Output = Result<Happening, Lagged>> + Send;

    /// The subscription that [`Audience::next`] takes events from, where there is one.
    fn subscription(&mut self) -> Option<&mut Subscription>;

    /// Puts into the buffer what this audience is sent of an event.
    fn event(
        &mut self,
        connection: &mut Connection,
        event: &Event,
    ) -> impl Future<Output = Result<(), End>> + Send;

    /// Sends what the events of a batch came to.
    fn end_batch(
        &mut self,
        connection: &mut Connection,
    ) -> impl Future<Output = Result<(), End>> + Send;

    /// Sends what [`Happening::Refresh`] announced.
    fn refresh(
        &mut self,
        connection: &mut Connection,
    ) -> impl Future<Output = Result<(), End>> + Send;

    /// Whether this audience may still be here. Asked with every ping.
    fn check(
        &mut self,
        connection: &mut Connection,
    ) -> impl Future<Output = Result<(), End>> + Send;

    /// From here on nobody is there, even while the last frames travel.
    fn leave(&mut self);

    /// The last event before a close: the server goes away, and the client comes back after so many milliseconds.
    fn going_away(retry_ms: u64) -> Self::Event;
}

/// Something that happened elsewhere.
pub(super) enum Happening {
    /// The hub published an event.
    Event(Arc<Event>),
    /// The audience has something of its own to send: [`Audience::refresh`].
    Refresh,
}

/// Why a session ends.
pub(super) enum End {
    /// The peer is gone.
    Gone,
    /// We close.
    Close(Close),
}

impl From<Gone> for End {
    fn from(_: Gone) -> Self {
        Self::Gone
    }
}

/// A socket that is open.
pub(super) struct Session<A: Audience> {
    connection: Connection,
    audience: A,
    answers: InFlight<A::Event>,
    pace: Pace,
    stop: Stop,
}

impl<A: Audience> Session<A> {
    pub(super) fn new(connection: Connection, audience: A) -> Self {
        let stop = audience.server().stop.clone();
        Self { connection, audience, answers: InFlight::new(), pace: Pace::new(), stop }
    }

    /// Serves the socket to its end. Borrows, since a future that owned the session would hold it twice.
    pub(super) async fn run(&mut self) {
        let end = match Box::pin(self.greet()).await {
            Ok(()) => self.serve().await,
            Err(end) => end,
        };
        self.audience.leave();
        match end {
            End::Gone => {}
            End::Close(Close::GoingAway) => Box::pin(self.go_away()).await,
            End::Close(why) => {
                if why == Close::TooSlow {
                    self.audience.server().counters.slow_sockets.up();
                }
                Box::pin(self.connection.close(why)).await;
            }
        }
    }

    /// The first frame.
    async fn greet(&mut self) -> Result<(), End> {
        let budget = self.audience.budget();
        let hello = hello::<A>(&mut self.connection, &mut self.pace, budget);
        let hello = tokio::select! {
            hello = timeout(HELLO_WITHIN, hello) => {
                hello.map_err(|_| End::Close(Close::Policy))??
            }
            () = self.stop.wait() => return Err(End::Close(Close::GoingAway)),
        };
        self.audience.greet(&mut self.connection, hello).await
    }

    /// Everything after the first frame, until something ends it.
    async fn serve(&mut self) -> End {
        let mut pulse = interval_at(Instant::now() + limits::PING_EVERY, limits::PING_EVERY);
        pulse.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let not_before = self.pace.next_at(self.audience.budget());
            let outcome = tokio::select! {
                answer = self.answers.next(), if !self.answers.is_empty() => match answer {
                    Some(answer) => self.answer(answer).await,
                    None => Ok(()),
                },
                happening = self.audience.next() => match happening {
                    Ok(Happening::Event(event)) => self.events(event).await,
                    Ok(Happening::Refresh) => {
                        Box::pin(self.audience.refresh(&mut self.connection)).await
                    }
                    // The desk ends subscriptions too when it closes.
                    Err(Lagged) if self.stop.is_set() => Err(End::Close(Close::GoingAway)),
                    Err(Lagged) => Err(End::Close(Close::TooSlow)),
                },
                incoming = self.connection.recv(), if not_before.is_none() && self.answers.has_room() => {
                    self.receive(incoming).await
                },
                () = until(not_before), if not_before.is_some() => Ok(()),
                _ = pulse.tick() => Box::pin(self.pulse()).await,
                () = self.stop.wait() => Err(End::Close(Close::GoingAway)),
            };
            if let Err(end) = outcome {
                return end;
            }
        }
    }

    /// A frame, and those that came with it.
    async fn receive(&mut self, incoming: Incoming) -> Result<(), End> {
        let mut next = Some(incoming);
        while let Some(incoming) = next {
            let budget = self.audience.budget();
            self.pace.note(budget);
            match incoming {
                Incoming::Text(text) => match frame::read(text.as_str()) {
                    Frame::Command(hello) if A::is_hello(&hello) => {
                        Box::pin(self.greet_again(hello)).await?;
                    }
                    Frame::Command(command) => {
                        let (connection, answers) = (&mut self.connection, &mut self.answers);
                        self.audience.command(connection, answers, command).await?;
                    }
                    Frame::Refused(refused) => {
                        self.answers.begin(ready(A::refused(refused)), false);
                    }
                    Frame::Foreign => return Err(End::Close(Close::Policy)),
                },
                Incoming::KeepAlive => {}
                Incoming::End(why) => return Err(End::Close(why)),
                Incoming::Gone => return Err(End::Gone),
            }
            let may_read = self.pace.next_at(budget).is_none() && self.answers.has_room();
            next = may_read.then(|| self.connection.try_recv()).flatten();
        }
        Ok(())
    }

    /// What was asked before belongs before the new greeting.
    async fn greet_again(&mut self, hello: A::Command) -> Result<(), End> {
        self.answer_all().await?;
        self.answers.forget_held();
        self.audience.greet(&mut self.connection, hello).await
    }

    /// An answer of the desk's, and those that are ready with it.
    async fn answer(&mut self, answer: Option<A::Event>) -> Result<(), End> {
        let mut next = Some(answer);
        while let Some(answer) = next {
            if let Some(event) = answer {
                if let Some(settled) = A::settled(&event) {
                    self.answers.settle(settled);
                }
                self.audience.note_answer(&event);
                self.connection.feed(&event).await?;
            }
            next = self.answers.next_now();
        }
        Ok(self.connection.flush().await?)
    }

    /// Every answer that is still to come.
    async fn answer_all(&mut self) -> Result<(), End> {
        while let Some(answer) = self.answers.next().await {
            self.answer(answer).await?;
        }
        Ok(())
    }

    /// An event of the hub's, and those that came with it.
    async fn events(&mut self, first: Arc<Event>) -> Result<(), End> {
        let mut next = Some(first);
        let mut count = 0;
        while let Some(event) = next.take() {
            self.audience.event(&mut self.connection, &event).await?;
            count += 1;
            if count < BATCH {
                // A subscription that lagged is noticed when the loop asks it again.
                let waiting = self.audience.subscription().and_then(|s| s.next().now_or_never());
                next = waiting.and_then(Result::ok);
            }
        }
        self.audience.end_batch(&mut self.connection).await
    }

    async fn pulse(&mut self) -> Result<(), End> {
        if !self.connection.ping().await? {
            return Err(End::Gone);
        }
        self.audience.check(&mut self.connection).await
    }

    /// The server goes away: what was asked is still answered, then the client is told when to come back.
    async fn go_away(&mut self) {
        let _ = timeout(LAST_ANSWERS, self.answer_all()).await;
        let retry_ms = self.audience.server().sockets.retry_ms();
        if self.connection.feed(&A::going_away(retry_ms)).await.is_ok() {
            self.connection.close(Close::GoingAway).await;
        }
    }
}

/// The first command, which is a hello. One that cannot be read is refused, and another is waited for.
async fn hello<A: Audience>(
    connection: &mut Connection,
    pace: &mut Pace,
    budget: Option<Budget>,
) -> Result<A::Command, End> {
    loop {
        if let Some(at) = pace.next_at(budget) {
            sleep_until(at).await;
        }
        pace.note(budget);
        match connection.recv().await {
            Incoming::KeepAlive => {}
            Incoming::Text(text) => match frame::read(text.as_str()) {
                Frame::Command(hello) if A::is_hello(&hello) => return Ok(hello),
                Frame::Refused(refused) => {
                    connection.feed(&A::refused(refused)).await?;
                    connection.flush().await?;
                }
                Frame::Command(_) | Frame::Foreign => return Err(End::Close(Close::Policy)),
            },
            Incoming::End(why) => return Err(End::Close(why)),
            Incoming::Gone => return Err(End::Gone),
        }
    }
}

/// Waits for an instant; without one, for ever.
pub(super) async fn until(instant: Option<Instant>) {
    match instant {
        Some(instant) => sleep_until(instant).await,
        None => std::future::pending().await,
    }
}
