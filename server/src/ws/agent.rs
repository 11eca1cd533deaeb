//! A console's socket (`ayuda.agent.1`): the agent's list, offers, and the tickets on screen. While it is open the agent is there.

use super::{
    BATCH, HELLO_WITHIN, LAST_ANSWERS, Task,
    agent_events::Desktop,
    connection::{Close, Gone, Heard, Line, decode},
    in_flight::{InFlight, at_once},
};
use crate::edge::{
    failure::{Answer, Failure},
    state::Server,
};
use axum::{
    Extension,
    extract::{State, ws::WebSocketUpgrade},
    http::HeaderMap,
};
use desk::{
    live::{Event, Lagged, Subscription},
    people::{Agent, SessionToken},
};
use futures_util::FutureExt;
use protocol::{
    Seq, TicketId,
    agent::{AgentCommand, AgentEvent, SUBPROTOCOL},
    limits,
};
use std::{sync::Arc, time::Duration};
use tokio::time::{Instant, MissedTickBehavior, interval_at, sleep_until, timeout};

/// Rows of the list are told this long after the first change, once for all changes in between.
const ROWS_AFTER: Duration = Duration::from_millis(25);
/// And then not again for this long: nobody reads a list that changes faster.
const ROWS_EVERY: Duration = Duration::from_millis(100);

/// `GET /console/socket`
pub(crate) async fn upgrade(
    State(server): State<Server>,
    Extension(agent): Extension<Agent>,
    Extension(session): Extension<SessionToken>,
    headers: HeaderMap,
    upgrade: WebSocketUpgrade,
) -> Answer {
    let at = server.clone();
    super::upgrade(&server, &headers, upgrade, SUBPROTOCOL, move |line| -> Task {
        Box::pin(async move {
            at.counters.agent_sockets.up();
            Console::new(at.clone(), agent, session).serve(line).await;
            at.counters.agent_sockets.down();
        })
    })
}

/// A console that is open.
struct Console {
    session: SessionToken,
    events: Subscription,
    desktop: Desktop,
    answers: InFlight<AgentEvent>,
    /// When the changed rows of the list are told.
    rows_at: Option<Instant>,
    rows_not_before: Instant,
}

/// Why the task ends.
enum End {
    Gone,
    SignedOut,
    Close(Close),
}

impl From<Gone> for End {
    fn from(_: Gone) -> Self {
        Self::Gone
    }
}

impl Console {
    fn new(server: Server, agent: Agent, session: SessionToken) -> Self {
        // It listens before it reads anything, so that nothing falls between.
        let events = server.desk.hub().agent(agent.id);
        Self {
            session,
            events,
            desktop: Desktop::new(server, agent),
            answers: InFlight::new(),
            rows_at: None,
            rows_not_before: Instant::now(),
        }
    }

    async fn serve(mut self, mut line: Line) {
        let end = match Box::pin(self.greet(&mut line)).await {
            Ok(()) => {
                // From here to the end of the talk the agent counts.
                let desktop = &self.desktop;
                let _present = desktop.server.desk.console_connected(desktop.agent.id);
                self.talk(&mut line).await
            }
            Err(end) => end,
        };
        match end {
            End::Gone => {}
            End::SignedOut => {
                if line.say(&AgentEvent::SignedOut).await.is_ok() {
                    line.close(Close::Normal).await;
                }
            }
            End::Close(Close::GoingAway) => Box::pin(self.leave(line)).await,
            End::Close(why) => {
                if why == Close::TooSlow {
                    self.desktop.server.counters.slow_sockets.up();
                }
                Box::pin(line.close(why)).await;
            }
        }
    }

    /// The first frame.
    async fn greet(&mut self, line: &mut Line) -> Result<(), End> {
        let mut stop = self.desktop.server.stop.clone();
        let first = async {
            loop {
                match line.hear().await {
                    Heard::Life => {}
                    heard => return heard,
                }
            }
        };
        let first = tokio::select! {
            first = timeout(HELLO_WITHIN, first) => first.map_err(|_| End::Close(Close::Policy))?,
            () = stop.wait() => return Err(End::Close(Close::GoingAway)),
        };
        match first {
            Heard::Text(text) if decode(&text) == Some(AgentCommand::Hello) => Ok(()),
            Heard::Text(_) => Err(End::Close(Close::Policy)),
            Heard::End(why) => Err(End::Close(why)),
            Heard::Gone | Heard::Life => Err(End::Gone),
        }
    }

    /// Everything after the first frame, until something ends it.
    async fn talk(&mut self, line: &mut Line) -> End {
        if let Err(end) = Box::pin(self.welcome(line)).await {
            return end;
        }
        let mut stop = self.desktop.server.stop.clone();
        let mut pulse = interval_at(Instant::now() + limits::PING_EVERY, limits::PING_EVERY);
        pulse.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let outcome = tokio::select! {
                answer = self.answers.next(), if !self.answers.is_empty() => match answer {
                    Some(event) => self.answer(line, event).await,
                    None => Ok(()),
                },
                event = self.events.next() => match event {
                    Ok(event) => self.tell(line, event).await,
                    // The desk ends subscriptions too when it closes.
                    Err(Lagged) if self.is_stopping() => Err(End::Close(Close::GoingAway)),
                    Err(Lagged) => Err(End::Close(Close::TooSlow)),
                },
                heard = line.hear(), if self.answers.has_room() => {
                    self.take(line, heard).await
                },
                () = until(self.rows_at) => {
                    self.rows_at = None;
                    Box::pin(self.rows(line)).await
                },
                _ = pulse.tick() => Box::pin(self.pulse(line)).await,
                () = stop.wait() => Err(End::Close(Close::GoingAway)),
            };
            if let Err(end) = outcome {
                return end;
            }
        }
    }

    fn is_stopping(&self) -> bool {
        self.desktop.server.stop.is_set()
    }

    async fn welcome(&mut self, line: &mut Line) -> Result<(), End> {
        match self.desktop.welcome().await {
            Ok(welcome) => {
                line.say(&welcome).await?;
                Ok(line.flush().await?)
            }
            Err(error) => {
                // Without its list a console shows nothing: it comes back and asks again.
                let refusal = Failure::from(error).refusal;
                line.say(&AgentEvent::Refused { ticket: None, id: None, refusal }).await?;
                Err(End::Close(Close::GoingAway))
            }
        }
    }

    /// A frame, and those that came with it.
    async fn take(&mut self, line: &mut Line, heard: Heard) -> Result<(), End> {
        let mut next = Some(heard);
        while let Some(heard) = next {
            match heard {
                Heard::Text(text) => match decode(&text) {
                    Some(command) => self.command(line, command).await?,
                    None => return Err(End::Close(Close::Policy)),
                },
                Heard::Life => {}
                Heard::End(why) => return Err(End::Close(why)),
                Heard::Gone => return Err(End::Gone),
            }
            next = self.answers.has_room().then(|| line.hear_now()).flatten();
        }
        Ok(())
    }

    async fn command(&mut self, line: &mut Line, command: AgentCommand) -> Result<(), End> {
        match command {
            AgentCommand::Hello => Box::pin(self.welcome(line)).await,
            AgentCommand::Watch { ticket, after } => {
                Box::pin(self.watch(line, ticket, after)).await
            }
            AgentCommand::Unwatch { ticket } => {
                self.desktop.server.desk.hub().unwatch(&self.events, ticket);
                self.desktop.watched.remove(&ticket);
                Ok(())
            }
            AgentCommand::Say { ticket, id, text, files } => {
                let alone = !files.is_empty();
                self.answers.begin(self.desktop.say(ticket, id, text, files), alone);
                Ok(())
            }
            AgentCommand::Seen { ticket, upto } => {
                self.answers.begin(self.desktop.seen(ticket, upto), false);
                Ok(())
            }
            AgentCommand::Typing { ticket } => {
                self.desktop.server.desk.agent_types(&self.desktop.agent, ticket);
                Ok(())
            }
            AgentCommand::Ping => {
                self.answers.begin(at_once(AgentEvent::Pong), false);
                Ok(())
            }
        }
    }

    /// Listens to the ticket, then reads it; what comes meanwhile waits in the subscription. It stops listening when the ticket
    /// is not this agent's to see.
    async fn watch(&mut self, line: &mut Line, ticket: TicketId, after: Seq) -> Result<(), End> {
        let after = Seq(after.0.max(0));
        self.desktop.server.desk.hub().watch(&self.events, ticket);
        match self.desktop.read(ticket, after).await {
            Ok((conversation, entries, last)) => {
                let sent = entries.last().map_or(after, |entry| entry.seq);
                self.desktop.watched.insert(ticket, sent);
                let conversation = Box::new(conversation);
                line.say(&AgentEvent::Conversation { conversation }).await?;
                line.say(&AgentEvent::Entries { ticket, entries, last }).await?;
            }
            Err(error) => {
                self.desktop.server.desk.hub().unwatch(&self.events, ticket);
                self.desktop.watched.remove(&ticket);
                let refusal = Failure::from(error).refusal;
                let ticket = Some(ticket);
                line.say(&AgentEvent::Refused { ticket, id: None, refusal }).await?;
            }
        }
        Ok(line.flush().await?)
    }

    /// An answer of the desk's, and those that are ready with it.
    async fn answer(&mut self, line: &mut Line, answer: Option<AgentEvent>) -> Result<(), End> {
        let mut next = Some(answer);
        while let Some(answer) = next {
            if let Some(event) = answer {
                line.say(&event).await?;
            }
            next = self.answers.next_now();
        }
        Ok(line.flush().await?)
    }

    /// An event of the hub's, and those that came with it.
    async fn tell(&mut self, line: &mut Line, event: Arc<Event>) -> Result<(), End> {
        let mut next = Some(event);
        let mut told = 0;
        while let Some(event) = next.take() {
            match &*event {
                Event::Work { ticket, change } => {
                    self.desktop.row_changed(*ticket, change.clone());
                    let soon = Instant::now() + ROWS_AFTER;
                    self.rows_at.get_or_insert(soon.max(self.rows_not_before));
                }
                Event::SignedOut { .. } => Box::pin(self.check_session()).await?,
                event => {
                    if let Some(event) = self.desktop.view_now(event) {
                        line.say(&event).await?;
                    } else if let Some(event) = Box::pin(self.desktop.view(event)).await {
                        line.say(&event).await?;
                    }
                }
            }
            told += 1;
            if told < BATCH {
                // A subscription that lagged is noticed when the loop asks it again.
                next = self.events.next().now_or_never().and_then(Result::ok);
            }
        }
        Ok(line.flush().await?)
    }

    /// The rows that changed; when there are more than a batch, the rest in a moment.
    async fn rows(&mut self, line: &mut Line) -> Result<(), End> {
        for event in self.desktop.rows(BATCH).await {
            line.say(&event).await?;
        }
        self.rows_not_before = Instant::now() + ROWS_EVERY;
        if self.desktop.has_changed_rows() {
            self.rows_at = Some(self.rows_not_before);
        }
        Ok(line.flush().await?)
    }

    async fn pulse(&mut self, line: &mut Line) -> Result<(), End> {
        if !line.ping().await? {
            return Err(End::Gone);
        }
        self.check_session().await
    }

    /// Whether the session still holds; what the agent may do is read anew with it.
    async fn check_session(&mut self) -> Result<(), End> {
        match self.desktop.server.desk.find_session(&self.session.0).await {
            Ok(Some(agent)) => {
                self.desktop.agent = Arc::new(agent);
                Ok(())
            }
            Ok(None) => Err(End::SignedOut),
            // A database that is away for a moment signs nobody out.
            Err(_) => Ok(()),
        }
    }

    /// The server goes away: what was asked is still answered, then the console is told when to come back.
    async fn leave(mut self, mut line: Line) {
        let last = async {
            while let Some(event) = self.answers.next().await {
                self.answer(&mut line, event).await?;
            }
            Ok::<(), End>(())
        };
        let _ = timeout(LAST_ANSWERS, last).await;
        let retry_ms = self.desktop.server.sockets.retry_ms();
        if line.say(&AgentEvent::GoingAway { retry_ms }).await.is_ok() {
            line.close(Close::GoingAway).await;
        }
    }
}

async fn until(instant: Option<Instant>) {
    match instant {
        Some(instant) => sleep_until(instant).await,
        None => std::future::pending().await,
    }
}
