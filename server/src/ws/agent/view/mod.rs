//! What a console has on screen.

mod commands;
mod events;
mod missed;
mod welcome;

use super::list::{Changed, List, ShownChange};
use crate::edge::state::Server;
use desk::{
    console::{Mention, SettledHandover},
    live::{On, RowChange},
    people::Agent,
};
use protocol::{
    ChatId, HandoverId, Seq, SiteId, TicketId,
    agent::{AgentEvent, Colleague, Conversation, ForAgent, Sight, WorkItem, WorkView},
    entry::AgentEntry,
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
    pub(super) async fn find_handover(
        &self,
        handover: HandoverId,
    ) -> desk::Result<Option<SettledHandover>> {
        self.server.desk.find_settled_handover(&self.agent, handover).await
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
