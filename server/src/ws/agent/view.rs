//! What a console has on screen, and what it is sent of each event.

use crate::{
    edge::{failure::Failure, state::Server},
    ws::in_flight::{Answering, spawn},
};
use desk::{
    Turn,
    live::{Event, RowChange},
    people::Agent,
};
use protocol::{
    EntryId, FileId, Seq, TicketId,
    agent::{AgentEvent, Conversation, WorkItem},
    entry::AgentEntry,
};
use std::{collections::HashMap, sync::Arc};

/// One agent's view.
pub(super) struct AgentView {
    pub(super) server: Server,
    pub(super) agent: Arc<Agent>,
    /// Tickets on screen, and up to where their entries have been sent.
    pub(super) watched: HashMap<TicketId, Seq>,
    /// Tickets whose row changed since it was sent.
    changed: HashMap<TicketId, RowChange>,
    /// The rows on screen, as they were sent.
    listed: HashMap<TicketId, WorkItem>,
}

impl AgentView {
    pub(super) fn new(server: Server, agent: Agent) -> Self {
        Self {
            server,
            agent: Arc::new(agent),
            watched: HashMap::new(),
            changed: HashMap::new(),
            listed: HashMap::new(),
        }
    }

    /// What the agent may do now, as the desk last read it. Who is gone keeps what they had for as long as it takes to close the socket,
    /// and the desk refuses what they ask.
    pub(super) fn refresh_agent(&mut self) {
        match self.server.desk.find_agent(self.agent.id) {
            Some(agent) => self.agent = agent,
            None => Arc::make_mut(&mut self.agent).sites.clear(),
        }
    }

    pub(super) async fn welcome(&mut self) -> desk::Result<AgentEvent> {
        let desk = &self.server.desk;
        let me = desk.profile(&self.agent).await?;
        let work = desk.worklist(&self.agent).await?;
        let offers = desk.offers(&self.agent).await?;
        self.listed = work.iter().map(|item| (item.ticket, item.clone())).collect();
        Ok(AgentEvent::Welcome { me, work, offers })
    }

    pub(super) async fn read(
        &self,
        ticket: TicketId,
        after: Seq,
    ) -> desk::Result<(Conversation, Vec<AgentEntry>, Seq)> {
        let desk = &self.server.desk;
        let conversation = desk.conversation(&self.agent, ticket).await?;
        let (entries, last) = desk.agent_entries(&self.agent, ticket, after).await?;
        Ok((conversation, entries, last))
    }

    /// Begins a message of the agent's.
    pub(super) fn post(
        &self,
        turn: Turn,
        ticket: TicketId,
        id: EntryId,
        text: String,
        files: Vec<FileId>,
    ) -> Answering<AgentEvent> {
        let (server, agent) = (self.server.clone(), Arc::clone(&self.agent));
        Box::pin(async move {
            Some(match server.desk.say_as_agent(turn, &agent, ticket, id, &text, &files).await {
                Ok(receipt) => {
                    server.counters.agent_messages.up();
                    AgentEvent::Ack { ticket, id: receipt.id, seq: receipt.seq, at: receipt.at }
                }
                Err(error) => refused(ticket, Some(id), error),
            })
        })
    }

    /// Shows the visitor that the agent is typing; to a ticket where they may not answer it is nothing.
    pub(super) fn type_in(&self, ticket: TicketId) -> Answering<AgentEvent> {
        let (server, agent) = (self.server.clone(), Arc::clone(&self.agent));
        spawn(async move {
            let shown = server.desk.agent_is_typing(&agent, ticket).await;
            if let Err(error) = shown {
                tracing::debug!(%error, "typing is not shown");
            }
            None
        })
    }

    /// Begins to note how far the agent has read.
    pub(super) fn mark_seen(&self, ticket: TicketId, upto: Seq) -> Answering<AgentEvent> {
        let (server, agent) = (self.server.clone(), Arc::clone(&self.agent));
        spawn(async move {
            let outcome = server.desk.mark_read_by_agent(&agent, ticket, upto).await;
            outcome.err().map(|error| refused(ticket, None, error))
        })
    }

    /// What is sent of an event that carries all there is to send.
    pub(super) fn event(&mut self, event: &Event) -> Option<AgentEvent> {
        match event {
            Event::Entry { ticket, agent: entry, .. } => {
                let sent = self.watched.get_mut(ticket).filter(|sent| entry.seq > **sent)?;
                *sent = entry.seq;
                Some(AgentEvent::Entry { ticket: *ticket, entry: entry.clone() })
            }
            Event::Typing { ticket, agent: None } if self.watched.contains_key(ticket) => {
                Some(AgentEvent::Typing { ticket: *ticket })
            }
            Event::Seen { ticket, by_visitor: true, upto } if self.watched.contains_key(ticket) => {
                Some(AgentEvent::Seen { ticket: *ticket, upto: *upto })
            }
            Event::VisitorPresent { ticket, present } if self.watched.contains_key(ticket) => {
                Some(AgentEvent::VisitorPresent { ticket: *ticket, present: *present })
            }
            Event::OfferGone { chat, .. } => Some(AgentEvent::OfferGone { chat: *chat }),
            Event::AccessLost { ticket, .. } => {
                self.watched.remove(ticket)?;
                Some(AgentEvent::AccessLost { ticket: *ticket })
            }
            _ => None,
        }
    }

    /// What is sent of an event that only says that something changed. What cannot be read now comes with the next change or reconnect.
    pub(super) async fn read_event(&mut self, event: &Event) -> Option<AgentEvent> {
        let desk = &self.server.desk;
        let read = match event {
            Event::Ticket { ticket } if self.watched.contains_key(ticket) => desk
                .conversation(&self.agent, *ticket)
                .await
                .map(|head| Some(AgentEvent::Conversation { conversation: Box::new(head) })),
            Event::Offer { chat, .. } => desk
                .find_offer(&self.agent, *chat)
                .await
                .map(|offer| offer.map(|offer| AgentEvent::Offer { offer: Box::new(offer) })),
            Event::AgentState { .. } => {
                desk.profile(&self.agent).await.map(|me| Some(AgentEvent::State { me }))
            }
            _ => return None,
        };
        read.unwrap_or_else(|error| {
            tracing::debug!(%error, "an event's subject could not be read");
            None
        })
    }

    /// The list as it is after a change of what the agent may see, told as the rows that are other than before.
    ///
    /// # Errors
    /// It could not be read, and nobody says so again: the console has to come back.
    pub(super) async fn access_changed(&mut self) -> desk::Result<Vec<AgentEvent>> {
        let desk = &self.server.desk;
        let work = desk.worklist(&self.agent).await?;
        let me = desk.profile(&self.agent).await?;
        let now: HashMap<TicketId, WorkItem> =
            work.into_iter().map(|item| (item.ticket, item)).collect();
        let before = std::mem::replace(&mut self.listed, now);
        let gone = before.keys().filter(|ticket| !self.listed.contains_key(ticket));
        let mut events: Vec<AgentEvent> =
            gone.map(|ticket| AgentEvent::WorkGone { ticket: *ticket }).collect();
        let new = self.listed.values().filter(|item| before.get(&item.ticket) != Some(item));
        events.extend(new.map(|item| AgentEvent::Work { item: Box::new(item.clone()) }));
        events.push(AgentEvent::State { me });
        Ok(events)
    }

    /// Notes that a row is to be sent again.
    pub(super) fn row_changed(&mut self, ticket: TicketId, change: RowChange) {
        let before = self.changed.remove(&ticket);
        self.changed.insert(ticket, before.map_or(change.clone(), |before| before.and(change)));
    }

    pub(super) fn has_changed_rows(&self) -> bool {
        !self.changed.is_empty()
    }

    /// The rows of at most `count` changed tickets.
    pub(super) async fn rows(&mut self, count: usize) -> Vec<AgentEvent> {
        let tickets: Vec<TicketId> = self.changed.keys().copied().take(count).collect();
        let mut events = Vec::with_capacity(tickets.len());
        for ticket in tickets {
            let Some(change) = self.changed.remove(&ticket) else { continue };
            match (change, self.listed.get_mut(&ticket)) {
                (RowChange::Message(message), Some(item)) => {
                    message.preview.as_ref().clone_into(&mut item.preview);
                    item.last_at = item.last_at.max(message.last_at);
                    item.unread = message.unread;
                    events.push(AgentEvent::Work { item: Box::new(item.clone()) });
                }
                _ => match self.read_row(ticket).await {
                    Ok(event) => events.extend(event),
                    Err(error) => {
                        tracing::debug!(%error, "a row could not be read");
                        // With the next ones.
                        self.row_changed(ticket, RowChange::Anything);
                    }
                },
            }
        }
        events
    }

    async fn read_row(&mut self, ticket: TicketId) -> desk::Result<Option<AgentEvent>> {
        Ok(match self.server.desk.find_worklist_item(&self.agent, ticket).await? {
            Some(item) => {
                self.listed.insert(ticket, item.clone());
                Some(AgentEvent::Work { item: Box::new(item) })
            }
            None => self.listed.remove(&ticket).map(|_| AgentEvent::WorkGone { ticket }),
        })
    }
}

fn refused(ticket: TicketId, id: Option<EntryId>, error: desk::Error) -> AgentEvent {
    let refusal = Failure::from(error).refusal;
    AgentEvent::Refused { ticket: Some(ticket), id, refusal }
}
