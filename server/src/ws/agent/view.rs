//! What a console has on screen, and what it is sent of each event.

use super::list::{Changed, List};
use crate::{
    edge::{failure::Failure, state::Server},
    ws::in_flight::{Answering, spawn},
};
use desk::{
    Turn,
    console::Comment,
    live::{Event, RowChange},
    people::Agent,
    tickets::Message,
};
use protocol::{
    ChatId, Code, EntryId, FileId, Seq, TicketId,
    agent::{AgentEvent, Colleague, Conversation, Draft, WorkItem, WorkView},
    entry::AgentEntry,
};
use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
    time::Duration,
};
use tokio::time::Instant;

/// One agent's view.
pub(super) struct AgentView {
    pub(super) server: Server,
    pub(super) agent: Arc<Agent>,
    /// Tickets on screen, and up to where their entries have been sent.
    pub(super) watched: HashMap<TicketId, Seq>,
    /// Colleagues who have a ticket on screen too, as they were sent; nobody, where nothing was.
    onlookers: HashMap<TicketId, Vec<Colleague>>,
    /// Chats that ring here, as far as it was sent.
    offered: HashSet<ChatId>,
    pub(super) list: List,
    /// The rows of the view are not counted before.
    pub(super) count_at: Instant,
}

/// How often the rows of a view are counted: that reads up to 1 000 rows a site.
const COUNT_EVERY: Duration = Duration::from_secs(2);

impl AgentView {
    pub(super) fn new(server: Server, agent: Agent) -> Self {
        Self {
            server,
            agent: Arc::new(agent),
            watched: HashMap::new(),
            onlookers: HashMap::new(),
            offered: HashSet::new(),
            list: List::new(),
            count_at: Instant::now(),
        }
    }

    /// What the agent may do now, as the desk last read it. Who is gone keeps what they had for as long as it takes to
    /// close the socket, and the desk refuses what they ask.
    pub(super) fn refresh_agent(&mut self) {
        match self.server.desk.find_agent(self.agent.id) {
            Some(agent) => self.agent = agent,
            None => Arc::make_mut(&mut self.agent).sites.clear(),
        }
    }

    /// The ticket comes on screen with everything up to here.
    pub(super) fn show(&mut self, ticket: TicketId, upto: Seq) {
        self.watched.insert(ticket, upto);
        self.onlookers.remove(&ticket);
        self.server.desk.watch_changed(self.agent.id, ticket);
    }

    /// It leaves the screen, if it was there.
    pub(super) fn hide(&mut self, ticket: TicketId) {
        self.onlookers.remove(&ticket);
        if self.watched.remove(&ticket).is_some() {
            self.server.desk.watch_changed(self.agent.id, ticket);
        }
    }

    pub(super) async fn welcome(&mut self) -> desk::Result<AgentEvent> {
        let desk = &self.server.desk;
        let me = desk.profile(&self.agent).await?;
        let offers = desk.offers(&self.agent).await?;
        self.offered = offers.iter().map(|offer| offer.chat).collect();
        let work = self.first_page(WorkView::Open).await?;
        let desk = &self.server.desk;
        let drafts = desk.drafts(&self.agent).await?;
        Ok(AgentEvent::Welcome { me, work, offers, total: self.list.total(), drafts })
    }

    /// A view of the list from its beginning or, without one, the next page of the one that is on screen.
    pub(super) async fn list(&mut self, view: Option<WorkView>) -> desk::Result<AgentEvent> {
        let first = view.is_some();
        let items = match view {
            Some(view) => self.first_page(view).await?,
            None => self.next_page().await?,
        };
        Ok(AgentEvent::Listed { view: self.list.view(), first, items, total: self.list.total() })
    }

    async fn first_page(&mut self, view: WorkView) -> desk::Result<Vec<WorkItem>> {
        let page = self.server.desk.worklist(&self.agent, view, None).await?;
        self.list.begin(view, &page);
        Ok(page.items)
    }

    async fn next_page(&mut self) -> desk::Result<Vec<WorkItem>> {
        let Some(after) = self.list.next() else { return Ok(Vec::new()) };
        let desk = &self.server.desk;
        let page = desk.worklist(&self.agent, self.list.view(), Some(after)).await?;
        self.list.add_page(&page);
        Ok(page.items)
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
            let message = Message { id, text: &text, files: &files };
            let posted = server.desk.post_agent_message_in_turn(turn, &agent, ticket, message);
            Some(match posted.await {
                Ok(receipt) => {
                    server.counters.agent_messages.up();
                    AgentEvent::Ack { ticket, id: receipt.id, seq: receipt.seq, at: receipt.at }
                }
                Err(error) => refused(ticket, Some(id), error),
            })
        })
    }

    /// Begins an internal comment.
    pub(super) fn comment(
        &self,
        turn: Turn,
        ticket: TicketId,
        comment: Comment,
    ) -> Answering<AgentEvent> {
        let (server, agent) = (self.server.clone(), Arc::clone(&self.agent));
        Box::pin(async move {
            let id = comment.id;
            let written = server.desk.comment_in_turn(turn, &agent, ticket, comment).await;
            Some(match written {
                Ok(receipt) => AgentEvent::Ack { ticket, id, seq: receipt.seq, at: receipt.at },
                Err(error) => refused(ticket, Some(id), error),
            })
        })
    }

    /// Begins to store what is typed.
    pub(super) fn store_draft(&self, draft: Draft) -> Answering<AgentEvent> {
        let (server, agent) = (self.server.clone(), Arc::clone(&self.agent));
        spawn(async move {
            let stored = server.desk.store_draft(&agent, &draft).await;
            stored.err().map(|error| refused(draft.ticket, None, error))
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
            Event::Typing { ticket, agent: Some((agent, name)) }
                if self.watched.contains_key(ticket) =>
            {
                let colleague = Colleague { agent: *agent, name: name.clone() };
                Some(AgentEvent::ColleagueTyping { ticket: *ticket, colleague })
            }
            Event::Watchers { ticket } if self.watched.contains_key(ticket) => {
                let colleagues = self.server.desk.watchers(self.agent.id, *ticket);
                let known = self.onlookers.entry(*ticket).or_default();
                if *known == colleagues {
                    return None;
                }
                known.clone_from(&colleagues);
                Some(AgentEvent::Watchers { ticket: *ticket, colleagues })
            }
            Event::Seen { ticket, by_visitor: true, upto } if self.watched.contains_key(ticket) => {
                Some(AgentEvent::Seen { ticket: *ticket, upto: *upto })
            }
            Event::VisitorPresent { ticket, present } if self.watched.contains_key(ticket) => {
                Some(AgentEvent::VisitorPresent { ticket: *ticket, present: *present })
            }
            Event::OfferGone { chat, .. } => {
                self.offered.remove(chat);
                Some(AgentEvent::OfferGone { chat: *chat })
            }
            Event::AccessLost { ticket, .. } => {
                self.watched.get(ticket)?;
                self.hide(*ticket);
                Some(AgentEvent::AccessLost { ticket: *ticket })
            }
            _ => None,
        }
    }

    /// What is sent of an event that only says that something changed. What cannot be read now comes with the next
    /// change or reconnect.
    pub(super) async fn read_event(&mut self, event: &Event) -> Option<AgentEvent> {
        let desk = &self.server.desk;
        let read = match event {
            Event::Ticket { ticket } if self.watched.contains_key(ticket) => desk
                .conversation(&self.agent, *ticket)
                .await
                .map(|head| Some(AgentEvent::Conversation { conversation: Box::new(head) })),
            Event::Offer { chat, .. } => desk.find_offer(&self.agent, *chat).await.map(|offer| {
                let offer = offer?;
                self.offered.insert(offer.chat);
                Some(AgentEvent::Offer { offer: Box::new(offer) })
            }),
            Event::Draft { ticket, .. } => desk
                .find_draft(&self.agent, *ticket)
                .await
                .map(|draft| draft.map(|draft| AgentEvent::Draft { draft })),
            Event::Mentioned { ticket, by, .. } => {
                let by = desk.find_agent(*by).map(|agent| agent.name.clone());
                desk.conversation(&self.agent, *ticket).await.map(|head| {
                    let (ticket, number) = (*ticket, head.number);
                    Some(AgentEvent::Mentioned { ticket, number, by: by.unwrap_or_default() })
                })
            }
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

    /// The list as it is after a change of what the agent may see, as far as it was on screen, told as the rows that
    /// are other than before.
    ///
    /// # Errors
    /// It could not be read, and nobody says so again: the console has to come back.
    pub(super) async fn access_changed(&mut self) -> desk::Result<Vec<AgentEvent>> {
        let before = self.list.rows().clone();
        self.first_page(self.list.view()).await?;
        // As many pages as there were: whoever sees fewer rows has fewer on screen.
        for _ in 0..before.len() / desk::console::ROWS_A_PAGE {
            if self.list.next().is_some() && self.list.rows().len() < before.len() {
                self.next_page().await?;
            }
        }
        let me = self.server.desk.profile(&self.agent).await?;
        let now = self.list.rows();
        let gone = before.keys().filter(|ticket| !now.contains_key(ticket));
        let mut events: Vec<AgentEvent> =
            gone.map(|ticket| AgentEvent::WorkGone { ticket: *ticket }).collect();
        let new = now.values().filter(|item| before.get(&item.ticket) != Some(item));
        events.extend(new.map(|item| AgentEvent::Work { item: Box::new(item.clone()) }));
        events.push(self.list.only_total());
        events.push(AgentEvent::State { me });
        Ok(events)
    }

    /// What was missed beside tickets: the list, as far as it was on screen, the agent's own state and what rings.
    ///
    /// # Errors
    /// As of [`AgentView::access_changed`].
    pub(super) async fn missed(&mut self) -> desk::Result<Vec<AgentEvent>> {
        let mut events = self.access_changed().await?;
        let offers = self.server.desk.offers(&self.agent).await?;
        let ring: HashSet<ChatId> = offers.iter().map(|offer| offer.chat).collect();
        let gone = self.offered.difference(&ring);
        events.extend(gone.map(|chat| AgentEvent::OfferGone { chat: *chat }));
        let offers = offers.into_iter().map(|offer| AgentEvent::Offer { offer: Box::new(offer) });
        events.extend(offers);
        self.offered = ring;
        Ok(events)
    }

    /// What was missed of a ticket on screen: its head and the entries after those that were sent. One that the agent
    /// may see no longer leaves the screen.
    ///
    /// # Errors
    /// As of [`AgentView::access_changed`].
    pub(super) async fn missed_entries(
        &mut self,
        ticket: TicketId,
    ) -> desk::Result<Vec<AgentEvent>> {
        let Some(sent) = self.watched.get(&ticket).copied() else { return Ok(Vec::new()) };
        let (conversation, entries, last) = match self.read(ticket, sent).await {
            Ok(read) => read,
            Err(error) if error.refusal().code == Code::NotFound => {
                return Ok(vec![AgentEvent::AccessLost { ticket }]);
            }
            Err(error) => return Err(error),
        };
        self.server.desk.hub().has_read(ticket, last);
        let mut events = vec![AgentEvent::Conversation { conversation: Box::new(conversation) }];
        if let Some(entry) = entries.last() {
            self.watched.insert(ticket, entry.seq);
            events.push(AgentEvent::Entries { ticket, entries, last });
        }
        Ok(events)
    }

    /// The rows of at most `count` changed tickets, and how many rows there are when that changed.
    pub(super) async fn rows(&mut self, count: usize) -> Vec<AgentEvent> {
        let mut events = Vec::new();
        for changed in self.list.take_changed(self.agent.id, count) {
            let ticket = match changed {
                Changed::Known(item) => {
                    events.push(AgentEvent::Work { item });
                    continue;
                }
                Changed::Unknown(ticket) => ticket,
            };
            match self.server.desk.find_worklist_item(&self.agent, ticket).await {
                Ok(found) => events.extend(self.list.put(ticket, found)),
                Err(error) => {
                    tracing::debug!(%error, "a row could not be read");
                    // With the next ones.
                    self.list.note(ticket, RowChange::Anything);
                }
            }
        }
        if self.list.wants_total() && Instant::now() >= self.count_at {
            self.count_at = Instant::now() + COUNT_EVERY;
            match self.server.desk.worklist_total(&self.agent, self.list.view()).await {
                Ok(total) => events.extend(self.list.put_total(total)),
                // With the next ones.
                Err(error) => tracing::debug!(%error, "a list could not be counted"),
            }
        }
        events
    }
}

fn refused(ticket: TicketId, id: Option<EntryId>, error: desk::Error) -> AgentEvent {
    let refusal = Failure::from(error).refusal;
    AgentEvent::Refused { ticket: Some(ticket), id, refusal }
}
