//! A panel's socket (`ayuda.visitor.1`): the status for everybody, the talk for whoever shows a ticket's token.

use super::{
    BATCH, HELLO_WITHIN, LAST_ANSWERS, Task,
    connection::{Close, Gone, Heard, Line, decode},
    in_flight::{InFlight, at_once},
    visitor_commands,
};
use crate::{
    edge::{
        client::Client,
        failure::{Answer, Failure},
        site_in_path::SiteInPath,
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
use futures_util::FutureExt;
use protocol::{
    Code, EntryId, Refusal, Seq, TicketToken, limits,
    status::Availability,
    visitor::{SUBPROTOCOL, VisitorChat, VisitorCommand, VisitorEvent},
};
use std::sync::Arc;
use tokio::{
    sync::watch,
    time::{Instant, MissedTickBehavior, interval_at, timeout},
};

/// `GET /w/{site}/socket`
pub(crate) async fn upgrade(
    State(server): State<Server>,
    SiteInPath(site): SiteInPath,
    client: Client,
    headers: HeaderMap,
    upgrade: WebSocketUpgrade,
) -> Answer {
    let at = server.clone();
    super::upgrade(&server, &headers, upgrade, SUBPROTOCOL, move |line| -> Task {
        Box::pin(async move {
            at.counters.visitor_sockets.up();
            let panel = Panel::new(at.clone(), site, client.0);
            panel.serve(line).await;
            at.counters.visitor_sockets.down();
        })
    })
}

/// A panel that talks.
struct Panel {
    server: Server,
    site: Arc<Site>,
    client: Network,
    availability: watch::Receiver<Availability>,
    talk: Option<Talk>,
    answers: InFlight<VisitorEvent>,
    /// Messages of this socket that are not answered yet.
    saying: Vec<EntryId>,
}

/// The ticket that the panel has shown the token of.
struct Talk {
    visitor: Visitor,
    events: Subscription,
    /// Entries up to here have been sent.
    sent: Seq,
    /// Whether there is a chat that waits or runs: what is said in it goes through the writer, in order.
    live: bool,
    _present: PanelGuard,
}

/// Why the task ends.
enum End {
    Gone,
    Close(Close),
}

impl From<Gone> for End {
    fn from(_: Gone) -> Self {
        Self::Gone
    }
}

impl Panel {
    fn new(server: Server, site: Arc<Site>, client: Network) -> Self {
        let availability = server.desk.watch_availability(site.id);
        Self {
            server,
            site,
            client,
            availability,
            talk: None,
            answers: InFlight::new(),
            saying: Vec::new(),
        }
    }

    async fn serve(mut self, mut line: Line) {
        let end = match Box::pin(self.greet(&mut line)).await {
            Ok(()) => self.talk(&mut line).await,
            Err(end) => end,
        };
        match end {
            End::Gone => {}
            End::Close(Close::GoingAway) => Box::pin(self.leave(line)).await,
            End::Close(why) => {
                if why == Close::TooSlow {
                    self.server.counters.slow_sockets.up();
                }
                // Nobody is there any more, even while the close frame travels.
                self.talk = None;
                Box::pin(line.close(why)).await;
            }
        }
    }

    /// The first frame.
    async fn greet(&mut self, line: &mut Line) -> Result<(), End> {
        let mut stop = self.server.stop.clone();
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
        let text = match first {
            Heard::Text(text) => text,
            Heard::End(why) => return Err(End::Close(why)),
            Heard::Gone | Heard::Life => return Err(End::Gone),
        };
        match decode(&text) {
            Some(VisitorCommand::Hello { token, after }) => self.hello(line, token, after).await,
            _ => Err(End::Close(Close::Policy)),
        }
    }

    /// Says where things stand and, for a ticket, what the panel has missed. It listens before it reads, so that nothing
    /// falls between.
    async fn hello(
        &mut self,
        line: &mut Line,
        token: Option<TicketToken>,
        after: Seq,
    ) -> Result<(), End> {
        self.talk = None;
        let status = *self.availability.borrow_and_update();
        let Some(token) = token else {
            line.say(&VisitorEvent::Status { status }).await?;
            return Ok(line.flush().await?);
        };
        let desk = &self.server.desk;
        let found = match desk.find_visitor(self.site.id, &token).await {
            Ok(found) => found,
            Err(error) => return refuse(line, error).await,
        };
        let Some(visitor) = found else {
            line.say(&VisitorEvent::Unknown { status }).await?;
            return Ok(line.flush().await?);
        };
        let events = desk.hub().visitor(visitor.ticket);
        let present = desk.panel_connected(visitor.ticket);
        let after = Seq(after.0.max(0));
        let read = async {
            let ticket = desk.visitor_ticket(visitor).await?;
            let (entries, last) = desk.visitor_entries(visitor, after).await?;
            Ok::<_, desk::Error>((ticket, entries, last))
        };
        match read.await {
            Ok((ticket, entries, last)) => {
                let sent = entries.last().map_or(after, |entry| entry.seq);
                let is_chat = is_live(&ticket.chat);
                line.say(&VisitorEvent::Welcome { ticket, status }).await?;
                line.say(&VisitorEvent::Entries { entries, last }).await?;
                self.talk = Some(Talk { visitor, events, sent, live: is_chat, _present: present });
                Ok(line.flush().await?)
            }
            Err(error) => refuse(line, error).await,
        }
    }

    /// Everything after the first frame, until something ends it.
    async fn talk(&mut self, line: &mut Line) -> End {
        let mut stop = self.server.stop.clone();
        let mut pulse = interval_at(Instant::now() + limits::PING_EVERY, limits::PING_EVERY);
        pulse.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let outcome = tokio::select! {
                answer = self.answers.next(), if !self.answers.is_empty() => match answer {
                    Some(event) => self.answer(line, event).await,
                    None => Ok(()),
                },
                event = next_event(&mut self.talk) => match event {
                    Ok(event) => self.tell(line, event).await,
                    // The desk ends subscriptions too when it closes.
                    Err(Lagged) if self.is_stopping() => Err(End::Close(Close::GoingAway)),
                    Err(Lagged) => Err(End::Close(Close::TooSlow)),
                },
                heard = line.hear(), if self.answers.has_room() => {
                    self.take(line, heard).await
                },
                changed = self.availability.changed() => match changed {
                    Ok(()) => self.status(line).await,
                    // The site was removed.
                    Err(_) => Err(End::Close(Close::Normal)),
                },
                _ = pulse.tick() => match line.ping().await {
                    Ok(true) => Ok(()),
                    Ok(false) | Err(Gone) => Err(End::Gone),
                },
                () = stop.wait() => Err(End::Close(Close::GoingAway)),
            };
            if let Err(end) = outcome {
                return end;
            }
        }
    }

    fn is_stopping(&self) -> bool {
        self.server.stop.is_set()
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

    async fn command(&mut self, line: &mut Line, command: VisitorCommand) -> Result<(), End> {
        if let VisitorCommand::Hello { token, after } = command {
            // The panel has a ticket now, or another one. What was asked before belongs to the one before.
            while let Some(event) = self.answers.next().await {
                self.answer(line, event).await?;
            }
            return Box::pin(self.hello(line, token, after)).await;
        }
        let alone = self.talk.as_ref().is_some_and(|talk| !talk.live) || has_files(&command);
        let said = visitor_commands::id_of(&command);
        let answering = match (&self.talk, command) {
            (_, VisitorCommand::Ping) => at_once(VisitorEvent::Pong),
            (Some(talk), VisitorCommand::Typing) => {
                self.server.desk.visitor_types(talk.visitor);
                return Ok(());
            }
            (Some(talk), command) => {
                let site = self.server.desk.find_site_by_id(self.site.id);
                let site = site.unwrap_or_else(|| Arc::clone(&self.site));
                visitor_commands::start(&self.server, &site, self.client, talk.visitor, command)
            }
            (None, _) => {
                at_once(VisitorEvent::Refused { id: said, refusal: Refusal::new(Code::NotFound) })
            }
        };
        self.saying.extend(said);
        self.answers.begin(answering, alone);
        Ok(())
    }

    /// An answer of the desk's, and those that are ready with it.
    async fn answer(&mut self, line: &mut Line, answer: Option<VisitorEvent>) -> Result<(), End> {
        let mut next = Some(answer);
        while let Some(answer) = next {
            if let Some(event) = answer {
                if let (VisitorEvent::Entries { entries, .. }, Some(talk)) =
                    (&event, &mut self.talk)
                    && let Some(last) = entries.last()
                {
                    talk.sent = talk.sent.max(last.seq);
                }
                if let VisitorEvent::Ack { id, .. } | VisitorEvent::Refused { id: Some(id), .. } =
                    &event
                {
                    self.saying.retain(|said| said != id);
                }
                line.say(&event).await?;
            }
            next = self.answers.next_now();
        }
        Ok(line.flush().await?)
    }

    /// An event of the hub's, and those that came with it.
    async fn tell(&mut self, line: &mut Line, event: Arc<Event>) -> Result<(), End> {
        let mut next = Some(event);
        let mut head_changed = false;
        // This socket's own message leaves together with its acknowledgement, which is right behind it.
        let mut urgent = false;
        let mut told = 0;
        while let (Some(event), Some(talk)) = (next.take(), &mut self.talk) {
            match &*event {
                Event::Entry { visitor, .. } if visitor.seq > talk.sent => {
                    talk.sent = visitor.seq;
                    urgent |= !self.saying.contains(&visitor.id);
                    line.say(&VisitorEvent::Entry { entry: visitor.clone() }).await?;
                }
                Event::Ticket { .. } => head_changed = true,
                Event::Typing { agent: Some((_, name)), .. } => {
                    urgent = true;
                    line.say(&VisitorEvent::Typing { name: name.clone() }).await?;
                }
                Event::Seen { by_visitor: false, upto, .. } => {
                    urgent = true;
                    line.say(&VisitorEvent::Seen { upto: *upto }).await?;
                }
                _ => {}
            }
            told += 1;
            if told < BATCH {
                // A subscription that lagged is noticed when the loop asks it again.
                next = talk.events.next().now_or_never().and_then(Result::ok);
            }
        }
        if head_changed && let Some(talk) = &mut self.talk {
            match Box::pin(self.server.desk.visitor_ticket(talk.visitor)).await {
                Ok(ticket) => {
                    talk.live = is_live(&ticket.chat);
                    line.say(&VisitorEvent::Ticket { ticket }).await?;
                }
                // The next change or reconnect tells; a fault of the database is logged where it is.
                Err(error) => tracing::debug!(%error, "a ticket's head could not be read"),
            }
        }
        if urgent || head_changed { Ok(line.flush().await?) } else { Ok(()) }
    }

    async fn status(&mut self, line: &mut Line) -> Result<(), End> {
        let status = *self.availability.borrow_and_update();
        line.say(&VisitorEvent::Status { status }).await?;
        Ok(line.flush().await?)
    }

    /// The server goes away: what was asked is still answered, then the panel is told when to come back.
    async fn leave(mut self, mut line: Line) {
        let last = async {
            while let Some(event) = self.answers.next().await {
                self.answer(&mut line, event).await?;
            }
            Ok::<(), End>(())
        };
        let _ = timeout(LAST_ANSWERS, last).await;
        let retry_ms = self.server.sockets.retry_ms();
        if line.say(&VisitorEvent::GoingAway { retry_ms }).await.is_ok() {
            self.talk = None;
            line.close(Close::GoingAway).await;
        }
    }
}

async fn refuse(line: &mut Line, error: desk::Error) -> Result<(), End> {
    let refusal = Failure::from(error).refusal;
    line.say(&VisitorEvent::Refused { id: None, refusal }).await?;
    Ok(line.flush().await?)
}

fn is_live(chat: &VisitorChat) -> bool {
    matches!(chat, VisitorChat::Waiting { .. } | VisitorChat::Active { .. })
}

fn has_files(command: &VisitorCommand) -> bool {
    matches!(command, VisitorCommand::Say { files, .. } if !files.is_empty())
}

/// The next event of the ticket, for ever none without one.
async fn next_event(talk: &mut Option<Talk>) -> Result<Arc<Event>, Lagged> {
    match talk {
        Some(talk) => talk.events.next().await,
        None => std::future::pending().await,
    }
}
