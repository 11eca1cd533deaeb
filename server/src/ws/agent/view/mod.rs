//! What a console has on screen, and what it is sent of each event.

use super::list::{Changed, List, ShownChange};
use crate::{
    edge::{failure::Failure, state::Server},
    ws::in_flight::{Answering, spawn},
};
use desk::{
    Turn,
    console::{Comment, Mention, SettledHandover},
    live::{Event, On, RowChange},
    people::Agent,
    tickets::Message,
};
use protocol::{
    ChatId, Code, EntryId, FileId, HandoverId, Seq, SiteId, TicketId,
    agent::{AgentEvent, Colleague, Conversation, Draft, ForAgent, Sight, WorkItem, WorkView},
    entry::AgentEntry,
    limits,
};
use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::Arc,
    time::Duration,
};
use tokio::time::Instant;

/// One agent's view.
pub(super) struct AgentView {
    pub(super) server: Server,
    pub(super) agent: Arc<Agent>,
    /// Tickets on screen.
    pub(super) watched: HashMap<TicketId, Watched>,
    /// Colleagues who have a ticket on screen too, as they were sent; nobody, where nothing was.
    onlookers: HashMap<TicketId, Vec<Colleague>>,
    /// How sensitive data of each site was read when this console was last told.
    sights: BTreeMap<SiteId, Sight>,
    /// Chats that ring here, as far as it was sent.
    offered: HashSet<ChatId>,
    /// Transfers and conferences of the agent's of whose outcome it was sent word.
    told_handovers: HashSet<HandoverId>,
    pub(super) list: List,
    /// The rows of the view are not counted before.
    pub(super) count_at: Instant,
}

/// A ticket on screen.
pub(super) struct Watched {
    /// Whose it is.
    pub(super) site: SiteId,
    /// Up to where its entries have been sent.
    pub(super) sent: Seq,
}

/// What was read of a ticket.
pub(super) struct Opened {
    pub(super) site: SiteId,
    pub(super) conversation: ForAgent<Conversation>,
    pub(super) entries: Vec<ForAgent<AgentEntry>>,
    pub(super) last: Seq,
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
            sights: BTreeMap::new(),
            offered: HashSet::new(),
            told_handovers: HashSet::new(),
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

    /// The ticket comes on screen.
    pub(super) fn show(&mut self, ticket: TicketId, watched: Watched) {
        self.watched.insert(ticket, watched);
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

    /// The first frame, and the drafts that would make it too long.
    pub(super) async fn welcome(&mut self) -> desk::Result<(AgentEvent, Vec<Draft>)> {
        // Before what is read with them: a change meanwhile is told afterwards.
        let sights = self.read_sights();
        let desk = &self.server.desk;
        desk.hear_of_mentions(&self.agent).await?;
        let me = desk.profile(&self.agent).await?;
        let offers = desk.offers(&self.agent).await?;
        self.offered = offers.iter().map(|offer| offer.chat).collect();
        let work = self.first_page(WorkView::Open).await?;
        let desk = &self.server.desk;
        let mut drafts = desk.drafts(&self.agent).await?;
        let rest = drafts.split_off(fitting(&drafts, limits::ANSWER_BYTES));
        self.sights = sights;
        Ok((AgentEvent::Welcome { me, work, offers, total: self.list.total(), drafts }, rest))
    }

    /// What mentions the agent and no console was told of.
    pub(super) async fn untold_mentions(&self) -> desk::Result<Vec<AgentEvent>> {
        let untold = self.server.desk.untold_mentions(&self.agent).await?;
        let mentioned =
            |Mention { ticket, number, by }| AgentEvent::Mentioned { ticket, number, by };
        Ok(untold.into_iter().map(mentioned).collect())
    }

    /// What came of what the agent asked for, and no console was told of.
    pub(super) async fn untold_handovers(&self) -> desk::Result<Vec<SettledHandover>> {
        self.server.desk.untold_handovers(&self.agent).await
    }

    /// What came of it.
    pub(super) async fn handover(&self, handover: HandoverId) -> Option<SettledHandover> {
        let found = self.server.desk.find_settled_handover(&self.agent, handover).await;
        found.unwrap_or_else(|error| {
            tracing::debug!(%error, "what came of a handover could not be read");
            None
        })
    }

    /// The frame of it, if this console was not sent it yet.
    pub(super) fn show_handover(&mut self, settled: SettledHandover) -> Option<AgentEvent> {
        let SettledHandover { id, ticket, number, kind, to, outcome, has_reason } = settled;
        let is_new = self.told_handovers.insert(id);
        is_new.then_some(AgentEvent::Handover { ticket, number, kind, to, outcome, has_reason })
    }

    /// This console was told; where it cannot be stored the next one is told again.
    pub(super) async fn handover_was_told(&self, handover: HandoverId) {
        if let Err(error) = self.server.desk.handover_was_told(&self.agent, handover).await {
            tracing::debug!(%error, "what came of a handover stays untold");
        }
    }

    /// This console was told; where it cannot be stored the next one is told again.
    pub(super) async fn mention_was_told(&self, ticket: TicketId) {
        if let Err(error) = self.server.desk.mention_was_told(&self.agent, ticket).await {
            tracing::debug!(%error, "a mention stays untold");
        }
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

    async fn first_page(&mut self, view: WorkView) -> desk::Result<Vec<ForAgent<WorkItem>>> {
        let page = self.server.desk.worklist(&self.agent, view, None).await?;
        self.list.begin(view, &page);
        Ok(page.items)
    }

    async fn next_page(&mut self) -> desk::Result<Vec<ForAgent<WorkItem>>> {
        let Some(after) = self.list.next() else { return Ok(Vec::new()) };
        let desk = &self.server.desk;
        let page = desk.worklist(&self.agent, self.list.view(), Some(after)).await?;
        self.list.add_page(&page);
        Ok(page.items)
    }

    pub(super) async fn read(&self, ticket: TicketId, after: Seq) -> desk::Result<Opened> {
        let desk = &self.server.desk;
        let site = desk.site_of(&self.agent, ticket).await?;
        let conversation = desk.conversation(&self.agent, ticket).await?;
        let (entries, last) = desk.agent_entries(&self.agent, ticket, after).await?;
        Ok(Opened { site, conversation, entries, last })
    }

    fn read_sights(&self) -> BTreeMap<SiteId, Sight> {
        let sight = |site: &SiteId| (*site, self.server.desk.sight(&self.agent, *site));
        self.agent.sites.keys().map(sight).collect()
    }

    /// What happened to a row of the list, as this agent may read it.
    pub(super) fn shown(&self, on: &On, change: &RowChange) -> ShownChange {
        match change {
            RowChange::Anything => ShownChange::Anything,
            RowChange::Message(message) => ShownChange::Message {
                preview: self.server.desk.show_preview(&self.agent, on.site, &message.preview),
                mine: message.by == Some(self.agent.id),
                last_at: message.last_at,
                unread: message.unread,
            },
        }
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

    /// Begins to store what is typed. For a ticket that the agent does not see it is nothing, as if it had been sent:
    /// the console has it no longer either.
    pub(super) fn store_draft(&self, draft: Draft) -> Answering<AgentEvent> {
        let (server, agent) = (self.server.clone(), Arc::clone(&self.agent));
        spawn(async move {
            let error = server.desk.store_draft(&agent, &draft).await.err()?;
            if error.refusal().code == Code::NotFound {
                return Some(AgentEvent::Draft { draft: Draft { text: String::new(), ..draft } });
            }
            Some(refused(draft.ticket, None, error))
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
                let watched = self.watched.get_mut(ticket);
                let watched = watched.filter(|watched| entry.seq > watched.sent)?;
                watched.sent = entry.seq;
                let entry = self.server.desk.show_entry(&self.agent, watched.site, entry);
                Some(AgentEvent::Entry { ticket: *ticket, entry })
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
                let colleagues = self.server.desk.colleagues_watching(self.agent.id, *ticket);
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

    /// What is sent of an event that only says that something changed.
    ///
    /// # Errors
    /// As of [`AgentView::access_changed`]: what rings ends before it changes again.
    pub(super) async fn read_event(&mut self, event: &Event) -> desk::Result<Option<AgentEvent>> {
        let desk = &self.server.desk;
        let read = match event {
            Event::Ticket { ticket } if self.watched.contains_key(ticket) => {
                match desk.conversation(&self.agent, *ticket).await {
                    // It lies somewhere else by now.
                    Err(error) if error.refusal().code == Code::NotFound => {
                        Ok(Some(AgentEvent::AccessLost { ticket: *ticket }))
                    }
                    read => read.map(|head| {
                        Some(AgentEvent::Conversation { conversation: Box::new(head) })
                    }),
                }
            }
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
                    let (ticket, number) = (*ticket, head.number.clone());
                    Some(AgentEvent::Mentioned { ticket, number, by: by.unwrap_or_default() })
                })
            }
            Event::AgentState { .. } => {
                desk.profile(&self.agent).await.map(|me| Some(AgentEvent::State { me }))
            }
            _ => return Ok(None),
        };
        read.or_else(|error| {
            if error.refusal().code == Code::TryAgain {
                return Err(error);
            }
            // It is not there any more, or not for this agent.
            tracing::debug!(%error, "an event's subject could not be read");
            Ok(None)
        })
    }

    /// The list as it is after a change of what the agent may see, as far as it was on screen, told as the rows that
    /// are other than before.
    ///
    /// # Errors
    /// It could not be read, and nobody says so again: the console has to come back.
    pub(super) async fn access_changed(&mut self) -> desk::Result<Vec<AgentEvent>> {
        let mut events = Vec::new();
        let sights = self.read_sights();
        let reads_differently = sights
            .iter()
            .any(|(site, sight)| self.sights.get(site).is_some_and(|before| before != sight));
        if reads_differently {
            // Nothing of what it has is what it may have now.
            let masked = sights.iter().filter(|(_, sight)| **sight == Sight::Masked);
            let masked = masked.map(|(site, _)| *site).collect();
            events.push(AgentEvent::SightChanged { masked });
            let offers = self.server.desk.offers(&self.agent).await?;
            events.extend(
                offers.into_iter().map(|offer| AgentEvent::Offer { offer: Box::new(offer) }),
            );
        }
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
        events.extend(gone.map(|ticket| AgentEvent::WorkGone { ticket: *ticket }));
        let new = now.values().filter(|item| before.get(&item.ticket) != Some(item));
        events.extend(new.map(|item| AgentEvent::Work { item: Box::new(item.clone()) }));
        events.push(self.list.only_total());
        events.push(AgentEvent::State { me });
        // Only now is all of it known to be told.
        self.sights = sights;
        Ok(events)
    }

    /// Whether the agent still sees a ticket on screen with which they have to do no longer as they had; where it could
    /// not be read they keep it until the next change.
    pub(super) async fn still_sees(&self, ticket: TicketId) -> bool {
        let seen = self.server.desk.conversation(&self.agent, ticket).await;
        !seen.is_err_and(|error| error.refusal().code == Code::NotFound)
    }

    /// What was missed beside tickets: the list, as far as it was on screen, the agent's own state and what rings.
    ///
    /// # Errors
    /// As of [`AgentView::access_changed`].
    pub(super) async fn missed(&mut self) -> desk::Result<Vec<AgentEvent>> {
        self.server.desk.hear_of_mentions(&self.agent).await?;
        let mut events = self.access_changed().await?;
        // Those that were sent or deleted elsewhere, too.
        let drafts = self.server.desk.drafts(&self.agent).await?;
        events.extend(drafts.into_iter().map(|draft| AgentEvent::Draft { draft }));
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
        let Some(sent) = self.watched.get(&ticket).map(|watched| watched.sent) else {
            return Ok(Vec::new());
        };
        let Opened { site, conversation, entries, last } = match self.read(ticket, sent).await {
            Ok(read) => read,
            Err(error) if error.refusal().code == Code::NotFound => {
                return Ok(vec![AgentEvent::AccessLost { ticket }]);
            }
            Err(error) => return Err(error),
        };
        self.server.desk.hub().has_read(ticket, last);
        let mut events = vec![AgentEvent::Conversation { conversation: Box::new(conversation) }];
        if let Some(entry) = entries.last() {
            self.watched.insert(ticket, Watched { site, sent: entry.seq });
            events.push(AgentEvent::Entries { ticket, entries, last });
        }
        Ok(events)
    }

    /// The rows of at most `count` changed tickets, and how many rows there are when that changed.
    pub(super) async fn rows(&mut self, count: usize) -> Vec<AgentEvent> {
        let mut events = Vec::new();
        for changed in self.list.take_changed(count) {
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
                    self.list.note(ticket, ShownChange::Anything);
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

/// How many of the first texts have at most so many bytes together.
fn fitting(drafts: &[Draft], bytes: usize) -> usize {
    let mut left = bytes;
    let fits = |draft: &&Draft| {
        let rest = left.checked_sub(draft.text.len());
        left = rest.unwrap_or(0);
        rest.is_some()
    };
    drafts.iter().take_while(fits).count()
}

fn refused(ticket: TicketId, id: Option<EntryId>, error: desk::Error) -> AgentEvent {
    let refusal = Failure::from(error).refusal;
    AgentEvent::Refused { ticket: Some(ticket), id, refusal }
}
