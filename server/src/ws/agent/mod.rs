//! A console's socket (`ayuda.agent.1`): the agent's list, offers, and the tickets on screen. While it is open the
//! agent is there.

mod list;
pub(crate) mod may;
mod view;

use super::{
    connection::{Close, Connection},
    frame::RefusedFrame,
    in_flight::{InFlight, Settled, Settlement, ready},
    pace::Budget,
    session::{Audience, BATCH, End, Happening, until},
};
use crate::edge::{
    counters::{Count, Counters},
    failure::{Answer, Failure},
    state::Server,
};
use axum::{
    Extension,
    extract::{State, ws::WebSocketUpgrade},
    http::HeaderMap,
};
use desk::{
    console::{Comment, ConsoleGuard, SettledHandover},
    live::{Event, Lagged, Subscription},
    people::{Agent, SessionToken},
};
use list::ShownChange;
use protocol::{
    Code, Refusal, Seq, TicketId,
    agent::{AgentCommand, AgentEvent, SUBPROTOCOL, WorkView},
    limits,
    settings::Limits,
};
use std::time::Duration;
use tokio::time::Instant;
use tracing::instrument;
use view::{AgentView, Opened, Watched};

/// Rows of the list are sent this long after the first change, once for all changes in between.
const ROWS_AFTER: Duration = Duration::from_millis(25);
/// And then not again for this long: nobody reads a list that changes faster.
const ROWS_EVERY: Duration = Duration::from_millis(100);

/// `GET /console/socket`
#[instrument(skip_all, fields(agent = %agent.id))]
pub(crate) async fn upgrade(
    State(server): State<Server>,
    Extension(agent): Extension<Agent>,
    Extension(session): Extension<SessionToken>,
    headers: HeaderMap,
    upgrade: WebSocketUpgrade,
) -> Answer {
    let console = move |server| Console::new(server, agent, session);
    super::upgrade(&server, &headers, upgrade, console)
}

/// A console that is open.
struct Console {
    session: SessionToken,
    events: Subscription,
    view: AgentView,
    /// When the changed rows of the list are sent.
    rows_at: Option<Instant>,
    rows_not_before: Instant,
    /// From the hello on the agent counts as there.
    present: Option<ConsoleGuard>,
}

impl Console {
    fn new(server: Server, agent: Agent, session: SessionToken) -> Self {
        // It subscribes before it reads anything, so that nothing falls between.
        let events = server.desk.hub().agent(agent.id);
        Self {
            session,
            events,
            view: AgentView::new(server, agent),
            rows_at: None,
            rows_not_before: Instant::now(),
            present: None,
        }
    }

    async fn welcome(&mut self, connection: &mut Connection) -> Result<(), End> {
        match self.view.welcome().await {
            Ok((welcome, drafts)) => {
                connection.feed(&welcome).await?;
                for draft in drafts {
                    connection.feed(&AgentEvent::Draft { draft }).await?;
                }
                Box::pin(self.tell_untold(connection)).await?;
                Ok(connection.flush().await?)
            }
            Err(error) => {
                // Without its list a console shows nothing: it comes back and asks again.
                let refusal = Failure::from(error).refusal;
                connection.feed(&AgentEvent::Refused { ticket: None, id: None, refusal }).await?;
                Err(End::Close(Close::GoingAway))
            }
        }
    }

    /// Tells of what no console was there to hear: what came of what the agent asked for, and comments that mention
    /// them.
    async fn tell_untold(&mut self, connection: &mut Connection) -> Result<(), End> {
        for settled in self.view.untold_handovers().await.map_err(comes_back)? {
            self.tell_handover(connection, settled).await?;
        }
        for event in self.view.untold_mentions().await.map_err(comes_back)? {
            connection.feed(&event).await?;
            if let AgentEvent::Mentioned { ticket, .. } = event {
                connection.flush().await?;
                self.view.mention_was_told(ticket).await;
            }
        }
        Ok(())
    }

    /// Tells what came of it, and notes that it was told.
    async fn tell_handover(
        &mut self,
        connection: &mut Connection,
        settled: SettledHandover,
    ) -> Result<(), End> {
        let id = settled.id;
        // Who has just connected hears of it in two ways.
        if let Some(event) = self.view.show_handover(settled) {
            connection.feed(&event).await?;
            connection.flush().await?;
        }
        self.view.handover_was_told(id).await;
        Ok(())
    }

    /// Subscribes to the ticket, then reads it; what comes meanwhile waits in the subscription. A ticket that is not
    /// this agent's to see is unsubscribed again; where the database does not answer, the console comes back.
    async fn watch(
        &mut self,
        connection: &mut Connection,
        ticket: TicketId,
        after: Seq,
    ) -> Result<(), End> {
        let after = Seq(after.0.max(0));
        self.view.server.desk.hub().watch(&self.events, ticket);
        // What ends watches from now on finds this one; what ended some before is known to the agent as of now.
        self.view.refresh_agent();
        match self.view.read(ticket, after).await {
            Ok(Opened { site, conversation, entries, last }) => {
                self.view.server.desk.hub().has_read(ticket, last);
                let sent = entries.last().map_or(after, |entry| entry.seq);
                self.view.show(ticket, Watched { site, sent });
                let conversation = Box::new(conversation);
                connection.feed(&AgentEvent::Conversation { conversation }).await?;
                connection.feed(&AgentEvent::Entries { ticket, entries, last }).await?;
            }
            // The console does not ask again by itself, and would show a talk that goes on without it.
            Err(error) if error.refusal().code == Code::TryAgain => return Err(comes_back(error)),
            Err(error) => {
                self.unwatch(ticket);
                let refusal = Failure::from(error).refusal;
                let ticket = Some(ticket);
                connection.feed(&AgentEvent::Refused { ticket, id: None, refusal }).await?;
            }
        }
        Ok(connection.flush().await?)
    }

    /// What the console was not told of a ticket on its screen.
    async fn catch_up(&mut self, connection: &mut Connection, ticket: TicketId) -> Result<(), End> {
        let missed = self.view.missed_entries(ticket).await.map_err(comes_back)?;
        for event in missed {
            match event {
                AgentEvent::AccessLost { ticket } => self.lose(connection, ticket).await?,
                event => connection.feed(&event).await?,
            }
        }
        Ok(())
    }

    /// What it was not told of anything else.
    async fn catch_up_list(&mut self, connection: &mut Connection) -> Result<(), End> {
        self.check_session(connection).await?;
        let missed = self.view.missed().await.map_err(comes_back)?;
        self.feed_changed(connection, missed).await
    }

    /// What is other in all that is on screen. A console that reads with another right now watches nothing any more.
    async fn feed_changed(
        &mut self,
        connection: &mut Connection,
        changed: Vec<AgentEvent>,
    ) -> Result<(), End> {
        if changed.iter().any(|event| matches!(event, AgentEvent::SightChanged { .. })) {
            let tickets: Vec<TicketId> = self.view.watched.keys().copied().collect();
            for ticket in tickets {
                self.unwatch(ticket);
            }
        }
        for event in changed {
            connection.feed(&event).await?;
        }
        self.tell_untold(connection).await
    }

    /// Shows a view of the list, or its next page.
    async fn list(
        &mut self,
        connection: &mut Connection,
        view: Option<WorkView>,
    ) -> Result<(), End> {
        let listed = self.view.list(view).await.unwrap_or_else(|error| {
            let refusal = Failure::from(error).refusal;
            AgentEvent::Refused { ticket: None, id: None, refusal }
        });
        connection.feed(&listed).await?;
        Ok(connection.flush().await?)
    }

    /// A row is sent in a moment, if it is on screen.
    fn note_row(&mut self, ticket: TicketId, change: ShownChange) {
        self.view.list.note(ticket, change);
        if self.view.list.has_changed_rows() {
            let soon = Instant::now() + ROWS_AFTER;
            let soon = soon.max(self.rows_not_before);
            // A count may wait already, for longer.
            self.rows_at = Some(self.rows_at.map_or(soon, |at| at.min(soon)));
        }
    }

    /// The ticket on screen is not the agent's to see any more, nor, perhaps, its row.
    async fn lose(&mut self, connection: &mut Connection, ticket: TicketId) -> Result<(), End> {
        self.unwatch(ticket);
        self.note_row(ticket, ShownChange::Anything);
        Ok(connection.feed(&AgentEvent::AccessLost { ticket }).await?)
    }

    fn unwatch(&mut self, ticket: TicketId) {
        self.view.server.desk.hub().unwatch(&self.events, ticket);
        self.view.hide(ticket);
    }

    /// Whether the session still holds.
    async fn check_session(&mut self, connection: &mut Connection) -> Result<(), End> {
        match self.view.server.desk.find_session(&self.session.0).await {
            Ok(None) => {
                connection.feed(&AgentEvent::SignedOut).await?;
                Err(End::Close(Close::Normal))
            }
            // A database that is away for a moment signs nobody out.
            Ok(Some(_)) | Err(_) => Ok(()),
        }
    }
}

/// Nobody says again what could not be read: the console comes back and asks.
fn comes_back(error: desk::Error) -> End {
    tracing::warn!(%error, "what changed could not be read; its console comes back");
    End::Close(Close::GoingAway)
}

impl Audience for Console {
    type Command = AgentCommand;
    type Event = AgentEvent;
    const SUBPROTOCOL: &'static str = SUBPROTOCOL;

    fn open_sockets(counters: &Counters) -> &Count {
        &counters.agent_sockets
    }

    fn server(&self) -> &Server {
        &self.view.server
    }

    /// That of the agent's most generous site.
    fn budget(&self) -> Option<Budget> {
        let desk = &self.view.server.desk;
        let sites = self.view.agent.sites.keys().filter_map(|site| desk.find_site_by_id(*site));
        let mut most = Budget::of(&Limits::default());
        for (n, site) in sites.enumerate() {
            let budget = Budget::of(&site.limits)?;
            most = most.filter(|_| n > 0).max(Some(budget));
        }
        most
    }

    fn is_hello(command: &AgentCommand) -> bool {
        *command == AgentCommand::Hello
    }

    async fn greet(
        &mut self,
        connection: &mut Connection,
        _hello: AgentCommand,
    ) -> Result<(), End> {
        self.view.refresh_agent();
        let (desk, agent) = (&self.view.server.desk, &self.view.agent);
        self.present.get_or_insert_with(|| desk.console_connected(agent.id));
        self.welcome(connection).await
    }

    async fn command(
        &mut self,
        connection: &mut Connection,
        answers: &mut InFlight<AgentEvent>,
        command: AgentCommand,
    ) -> Result<(), End> {
        self.view.refresh_agent();
        if let Some(refused) = may::refuse(self.view.agent.role, &command) {
            answers.begin(ready(refused), false);
            return Ok(());
        }
        match command {
            AgentCommand::Hello => {}
            AgentCommand::Watch { ticket, after } => {
                Box::pin(self.watch(connection, ticket, after)).await?;
            }
            AgentCommand::Unwatch { ticket } => self.unwatch(ticket),
            AgentCommand::Say { ticket, id, .. } | AgentCommand::Comment { ticket, id, .. }
                if !answers.admits(Some(ticket), id) =>
            {
                let refusal = Refusal::new(Code::TryAgain);
                let refused = AgentEvent::Refused { ticket: Some(ticket), id: Some(id), refusal };
                answers.begin(ready(refused), false);
            }
            AgentCommand::Say { ticket, id, text, files } => {
                // What the writer does not take: files, and what is longer than a chat's messages.
                let alone = !files.is_empty() || text.len() > limits::CHAT_TEXT;
                answers.begin(self.view.post(answers.turn(), ticket, id, text, files), alone);
            }
            AgentCommand::Comment { ticket, id, text, mentions, files } => {
                let comment = Comment { id, text, mentions, files };
                answers.begin(self.view.comment(answers.turn(), ticket, comment), true);
            }
            AgentCommand::Draft { draft } => {
                answers.begin(self.view.store_draft(draft), false);
            }
            AgentCommand::Seen { ticket, upto } => {
                answers.begin(self.view.mark_seen(ticket, upto), false);
            }
            AgentCommand::Typing { ticket } => {
                answers.begin(self.view.type_in(ticket), false);
            }
            AgentCommand::List { view } => Box::pin(self.list(connection, Some(view))).await?,
            AgentCommand::More => Box::pin(self.list(connection, None)).await?,
            AgentCommand::Ping => answers.begin(ready(AgentEvent::Pong), false),
        }
        Ok(())
    }

    fn refused(RefusedFrame { ticket, id, refusal }: RefusedFrame) -> AgentEvent {
        AgentEvent::Refused { ticket, id, refusal }
    }

    fn settled(answer: &AgentEvent) -> Option<Settled> {
        match answer {
            AgentEvent::Ack { ticket, id, .. } => {
                Some(Settled { ticket: Some(*ticket), id: *id, how: Settlement::Stored })
            }
            AgentEvent::Refused { ticket, id, refusal } => {
                Some(Settled { ticket: *ticket, id: (*id)?, how: Settlement::refused(refusal) })
            }
            _ => None,
        }
    }

    async fn next(&mut self) -> Result<Happening, Lagged> {
        tokio::select! {
            event = self.events.next() => event.map(Happening::Event),
            () = until(self.rows_at) => Ok(Happening::Refresh),
        }
    }

    fn subscription(&mut self) -> Option<&mut Subscription> {
        Some(&mut self.events)
    }

    async fn event(&mut self, connection: &mut Connection, event: &Event) -> Result<(), End> {
        self.view.refresh_agent();
        match event {
            Event::Work { ticket, on, change } => {
                let change = self.view.shown(on, change);
                self.note_row(*ticket, change);
            }
            Event::Party { ticket, .. } => {
                let is_watched = self.view.watched.contains_key(ticket);
                if is_watched && !Box::pin(self.view.still_sees(*ticket)).await {
                    self.lose(connection, *ticket).await?;
                }
                self.note_row(*ticket, ShownChange::Anything);
            }
            Event::SignedOut { .. } => Box::pin(self.check_session(connection)).await?,
            Event::AccessChanged { .. } => {
                let changed = Box::pin(self.view.access_changed()).await.map_err(comes_back)?;
                self.feed_changed(connection, changed).await?;
            }
            Event::Mentioned { ticket, .. } => {
                let mentioned = Box::pin(self.view.read_event(event)).await.map_err(comes_back)?;
                if let Some(mentioned) = mentioned {
                    connection.feed(&mentioned).await?;
                    self.view.mention_was_told(*ticket).await;
                }
                // From now on it is theirs to see, perhaps in the list.
                self.note_row(*ticket, ShownChange::Anything);
            }
            Event::Handover { handover, .. } => {
                let settled = Box::pin(self.view.find_handover(*handover)).await;
                if let Some(settled) = settled.map_err(comes_back)? {
                    Box::pin(self.tell_handover(connection, settled)).await?;
                }
            }
            Event::TicketMissed { ticket } => Box::pin(self.catch_up(connection, *ticket)).await?,
            Event::ConsoleMissed { .. } => Box::pin(self.catch_up_list(connection)).await?,
            event => {
                let shown = match self.view.event(event) {
                    Some(shown) => Some(shown),
                    None => Box::pin(self.view.read_event(event)).await.map_err(comes_back)?,
                };
                match shown {
                    Some(AgentEvent::AccessLost { ticket }) => {
                        self.lose(connection, ticket).await?;
                    }
                    Some(shown) => connection.feed(&shown).await?,
                    None => {}
                }
            }
        }
        Ok(())
    }

    async fn end_batch(&mut self, connection: &mut Connection) -> Result<(), End> {
        Ok(connection.flush().await?)
    }

    /// The rows that changed; when there are more than a batch, the rest in a moment.
    async fn refresh(&mut self, connection: &mut Connection) -> Result<(), End> {
        self.view.refresh_agent();
        for event in self.view.rows(BATCH).await {
            connection.feed(&event).await?;
        }
        self.rows_not_before = Instant::now() + ROWS_EVERY;
        let list = &self.view.list;
        self.rows_at = if list.has_changed_rows() {
            Some(self.rows_not_before)
        } else {
            list.wants_total().then(|| self.view.count_at.max(self.rows_not_before))
        };
        Ok(connection.flush().await?)
    }

    async fn check(&mut self, connection: &mut Connection) -> Result<(), End> {
        self.check_session(connection).await
    }

    fn leave(&mut self) {
        self.present = None;
        for ticket in self.view.watched.keys().copied().collect::<Vec<_>>() {
            self.unwatch(ticket);
        }
    }

    fn going_away(retry_ms: u64) -> AgentEvent {
        AgentEvent::GoingAway { retry_ms }
    }
}
