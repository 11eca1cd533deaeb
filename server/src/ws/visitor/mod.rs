//! A panel's socket (`ayuda.visitor.1`): the status for everybody, the ticket for whoever shows its token.

mod commands;
pub(crate) mod may;

use super::{
    connection::{Close, Connection},
    frame::RefusedFrame,
    in_flight::{InFlight, Settled, Settlement, ready},
    pace::Budget,
    session::{Audience, End, Happening},
};
use crate::{
    edge::{
        client::Client,
        counters::{Count, Counters},
        failure::{Answer, Failure},
        in_path::SiteInPath,
        state::Server,
    },
    settings::Network,
};
use axum::{
    extract::{State, ws::WebSocketUpgrade},
    http::HeaderMap,
};
use desk::{
    live::{Event, Lagged, PanelGuard, Subscription},
    sites::Site,
    tickets::Visitor,
};
use protocol::{
    Code, EntryId, Refusal, Seq, TicketToken,
    status::Availability,
    visitor::{SUBPROTOCOL, VisitorChat, VisitorCommand, VisitorEvent},
};
use std::sync::Arc;
use tokio::sync::watch;
use tracing::instrument;

/// `GET /w/{site}/socket`
#[instrument(skip_all, fields(site = %site.key))]
pub(crate) async fn upgrade(
    State(server): State<Server>,
    SiteInPath(site): SiteInPath,
    client: Client,
    headers: HeaderMap,
    upgrade: WebSocketUpgrade,
) -> Answer {
    let panel = move |server| Panel::new(server, site, client.0);
    super::upgrade(&server, &headers, upgrade, panel)
}

/// A panel that is open.
struct Panel {
    server: Server,
    site: Arc<Site>,
    client: Network,
    availability: watch::Receiver<Availability>,
    opened: Option<OpenedTicket>,
    /// Messages of this socket that are not answered yet.
    unanswered: Vec<EntryId>,
}

/// The ticket that the panel has shown the token of.
struct OpenedTicket {
    visitor: Visitor,
    events: Subscription,
    /// Entries up to here have been sent.
    sent: Seq,
    /// Whether there is a chat that waits or runs, as far as this socket knows: messages into it go through the writer.
    is_live: bool,
    /// Events since the last flush changed what the panel shows of the ticket.
    is_changed: bool,
    /// Something is in the buffer that does not wait for an answer that is right behind it.
    is_urgent: bool,
    _present: PanelGuard,
}

impl Panel {
    fn new(server: Server, site: Arc<Site>, client: Network) -> Self {
        let availability = server.desk.watch_availability(site.id);
        Self { server, site, client, availability, opened: None, unanswered: Vec::new() }
    }

    /// The site as it is set now; as it was, where it is gone.
    fn site_now(&self) -> Arc<Site> {
        let site = self.server.desk.find_site_by_id(self.site.id);
        site.unwrap_or_else(|| Arc::clone(&self.site))
    }

    /// Sends where things stand and, for a ticket, what the panel has missed. It subscribes before it reads, so that
    /// nothing falls between.
    async fn open(
        &mut self,
        connection: &mut Connection,
        token: Option<TicketToken>,
        after: Seq,
    ) -> Result<(), End> {
        self.opened = None;
        let status = *self.availability.borrow_and_update();
        let Some(token) = token else {
            connection.feed(&VisitorEvent::Status { status }).await?;
            return Ok(connection.flush().await?);
        };
        let desk = &self.server.desk;
        let found = match desk.find_visitor(self.site.id, &token).await {
            Ok(found) => found,
            Err(error) => return refuse(connection, error).await,
        };
        let Some(visitor) = found else {
            connection.feed(&VisitorEvent::Unknown { status }).await?;
            return Ok(connection.flush().await?);
        };
        let events = desk.hub().visitor(visitor.ticket);
        let present = desk.panel_connected(visitor.ticket);
        let after = Seq(after.0.max(0));
        let read = async {
            let ticket = desk.visitor_ticket(visitor).await?;
            let (entries, last) = desk.visitor_entries(visitor, after).await?;
            Ok::<_, desk::Error>((ticket, entries, last))
        };
        let (ticket, entries, last) = match read.await {
            Ok(read) => read,
            Err(error) => return refuse(connection, error).await,
        };
        desk.hub().has_read(visitor.ticket, last);
        let opened = OpenedTicket {
            visitor,
            events,
            sent: entries.last().map_or(after, |entry| entry.seq),
            is_live: is_live(&ticket.chat),
            is_changed: false,
            is_urgent: false,
            _present: present,
        };
        connection.feed(&VisitorEvent::Welcome { ticket, status }).await?;
        connection.feed(&VisitorEvent::Entries { entries, last }).await?;
        self.opened = Some(opened);
        Ok(connection.flush().await?)
    }

    /// Something of the ticket was missed: the entries that the panel lacks are read, and with the batch its head.
    async fn catch_up(&mut self, connection: &mut Connection) -> Result<(), End> {
        let Some(opened) = &mut self.opened else { return Ok(()) };
        let (desk, visitor) = (&self.server.desk, opened.visitor);
        let read = desk.visitor_entries(visitor, opened.sent).await;
        let (entries, last) = read.map_err(|error| {
            tracing::warn!(%error, "what a panel missed could not be read; it comes back");
            End::Close(Close::GoingAway)
        })?;
        desk.hub().has_read(visitor.ticket, last);
        opened.is_changed = true;
        if let Some(entry) = entries.last() {
            opened.sent = entry.seq;
            connection.feed(&VisitorEvent::Entries { entries, last }).await?;
        }
        Ok(())
    }
}

impl Audience for Panel {
    type Command = VisitorCommand;
    type Event = VisitorEvent;
    const SUBPROTOCOL: &'static str = SUBPROTOCOL;

    fn open_sockets(counters: &Counters) -> &Count {
        &counters.visitor_sockets
    }

    fn server(&self) -> &Server {
        &self.server
    }

    fn budget(&self) -> Option<Budget> {
        Budget::of(&self.site_now().limits)
    }

    fn is_hello(command: &VisitorCommand) -> bool {
        matches!(command, VisitorCommand::Hello { .. })
    }

    async fn greet(
        &mut self,
        connection: &mut Connection,
        hello: VisitorCommand,
    ) -> Result<(), End> {
        match hello {
            // The panel has a ticket now, or another one.
            VisitorCommand::Hello { token, after } => self.open(connection, token, after).await,
            _ => Err(End::Close(Close::Policy)),
        }
    }

    async fn command(
        &mut self,
        _connection: &mut Connection,
        answers: &mut InFlight<VisitorEvent>,
        command: VisitorCommand,
    ) -> Result<(), End> {
        let is_live = self.opened.as_ref().is_some_and(|opened| opened.is_live);
        let alone = commands::is_alone(&command, is_live);
        let id = commands::id_of(&command);
        let answering = match (&self.opened, command) {
            (None, command) if !may::is_public(&command) => {
                ready(VisitorEvent::Refused { id, refusal: Refusal::new(Code::NotFound) })
            }
            (_, VisitorCommand::Ping) => ready(VisitorEvent::Pong),
            (Some(opened), VisitorCommand::Typing) => {
                self.server.desk.visitor_is_typing(opened.visitor);
                return Ok(());
            }
            (Some(_), _) if id.is_some_and(|id| !answers.admits(None, id)) => {
                ready(VisitorEvent::Refused { id, refusal: Refusal::new(Code::TryAgain) })
            }
            (Some(opened), command) => {
                let site = self.site_now();
                let (visitor, turn) = (opened.visitor, answers.turn());
                commands::begin(&self.server, &site, self.client, visitor, turn, command)
            }
            // The session sees to a hello.
            (None, _) => return Ok(()),
        };
        self.unanswered.extend(id);
        answers.begin(answering, alone);
        Ok(())
    }

    fn refused(RefusedFrame { id, refusal, .. }: RefusedFrame) -> VisitorEvent {
        VisitorEvent::Refused { id, refusal }
    }

    fn note_answer(&mut self, answer: &VisitorEvent) {
        match answer {
            VisitorEvent::Entries { entries, .. } => {
                if let (Some(last), Some(opened)) = (entries.last(), &mut self.opened) {
                    opened.sent = opened.sent.max(last.seq);
                }
            }
            VisitorEvent::Ack { id, .. } | VisitorEvent::Refused { id: Some(id), .. } => {
                self.unanswered.retain(|waiting| waiting != id);
            }
            _ => {}
        }
    }

    fn settled(answer: &VisitorEvent) -> Option<Settled> {
        let (id, how) = match answer {
            VisitorEvent::Ack { id, .. } => (*id, Settlement::Stored),
            VisitorEvent::Refused { id, refusal } => ((*id)?, Settlement::refused(refusal)),
            _ => return None,
        };
        Some(Settled { ticket: None, id, how })
    }

    async fn next(&mut self) -> Result<Happening, Lagged> {
        let Some(opened) = &mut self.opened else {
            // An error is seen again by `refresh`.
            let _ = self.availability.changed().await;
            return Ok(Happening::Refresh);
        };
        tokio::select! {
            event = opened.events.next() => event.map(Happening::Event),
            _ = self.availability.changed() => Ok(Happening::Refresh),
        }
    }

    fn subscription(&mut self) -> Option<&mut Subscription> {
        self.opened.as_mut().map(|opened| &mut opened.events)
    }

    async fn event(&mut self, connection: &mut Connection, event: &Event) -> Result<(), End> {
        let Some(opened) = &mut self.opened else { return Ok(()) };
        match event {
            Event::Entry { visitor: entry, .. } if entry.seq > opened.sent => {
                opened.sent = entry.seq;
                // This socket's own message leaves together with its acknowledgement, which is right behind it.
                opened.is_urgent |= !self.unanswered.contains(&entry.id);
                connection.feed(&VisitorEvent::Entry { entry: entry.clone() }).await?;
            }
            Event::Ticket { .. } => opened.is_changed = true,
            Event::TicketMissed { .. } => Box::pin(self.catch_up(connection)).await?,
            Event::Typing { agent: Some((_, name)), .. } => {
                opened.is_urgent = true;
                connection.feed(&VisitorEvent::Typing { name: name.clone() }).await?;
            }
            Event::Seen { by_visitor: false, upto, .. } => {
                opened.is_urgent = true;
                connection.feed(&VisitorEvent::Seen { upto: *upto }).await?;
            }
            _ => {}
        }
        Ok(())
    }

    async fn end_batch(&mut self, connection: &mut Connection) -> Result<(), End> {
        let Some(opened) = &mut self.opened else { return Ok(()) };
        let is_urgent = std::mem::take(&mut opened.is_urgent);
        let is_changed = std::mem::take(&mut opened.is_changed);
        if is_changed {
            match Box::pin(self.server.desk.visitor_ticket(opened.visitor)).await {
                Ok(ticket) => {
                    opened.is_live = is_live(&ticket.chat);
                    connection.feed(&VisitorEvent::Ticket { ticket }).await?;
                }
                // Its link was renewed, or it is gone: the panel forgets it.
                Err(desk::Error::Refused(refusal)) if refusal.code == Code::NotFound => {
                    self.opened = None;
                    let status = *self.availability.borrow();
                    connection.feed(&VisitorEvent::Unknown { status }).await?;
                    return Ok(connection.flush().await?);
                }
                // The next change or reconnect brings it; a fault of the database is logged where it is.
                Err(error) => tracing::debug!(%error, "a ticket could not be read"),
            }
        }
        if is_urgent || is_changed { Ok(connection.flush().await?) } else { Ok(()) }
    }

    async fn refresh(&mut self, connection: &mut Connection) -> Result<(), End> {
        if self.availability.has_changed().is_err() {
            // The site was removed.
            return Err(End::Close(Close::Normal));
        }
        let status = *self.availability.borrow_and_update();
        connection.feed(&VisitorEvent::Status { status }).await?;
        Ok(connection.flush().await?)
    }

    async fn check(&mut self, _connection: &mut Connection) -> Result<(), End> {
        Ok(())
    }

    fn leave(&mut self) {
        self.opened = None;
    }

    fn going_away(retry_ms: u64) -> VisitorEvent {
        VisitorEvent::GoingAway { retry_ms }
    }
}

async fn refuse(connection: &mut Connection, error: desk::Error) -> Result<(), End> {
    let refusal = Failure::from(error).refusal;
    connection.feed(&VisitorEvent::Refused { id: None, refusal }).await?;
    Ok(connection.flush().await?)
}

fn is_live(chat: &VisitorChat) -> bool {
    matches!(chat, VisitorChat::Waiting { .. } | VisitorChat::Active { .. })
}
