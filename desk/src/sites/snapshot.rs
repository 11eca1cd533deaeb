//! What is kept in memory: sites, queues and who serves them, as of one revision.

use super::{
    lists,
    row::{SiteRow, set_columns},
    site::{Queue, Site},
};
use crate::{
    Desk, Result,
    db::{On, read, revision, statement},
    people::{Agent, Queues, Role, email_key, permission, stored_capacity},
};
use protocol::{
    AgentId, Code, QueueId, Refusal, SiteId, SiteKey, Timestamp,
    agent::{AgentState, Sight},
    entry::Removed,
    settings::{Capacity, Hue, QueueName},
};
use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    mem,
    sync::{Arc, Mutex, PoisonError, RwLock},
};
use uuid::Uuid;

/// The latest snapshot; replaced whole.
#[derive(Default)]
pub(crate) struct Sites {
    latest: RwLock<Arc<Snapshot>>,
    /// One reads at a time, so that an older reading never replaces a newer one.
    reading: tokio::sync::Mutex<()>,
    changes: Mutex<AccessChanges>,
}

/// The agents who may see something else than before, until what follows from it is done.
#[derive(Default)]
pub(crate) struct AccessChanges {
    /// Agents as they were before the first change; none where that is not known.
    pub(crate) agents: HashMap<AgentId, Option<Arc<Agent>>>,
    /// Nothing is known of before: this process has just begun.
    pub(crate) everybody: bool,
}

/// Sites and staff as of a revision.
#[derive(Default)]
pub(crate) struct Snapshot {
    /// None before the first reading.
    revision: Option<i64>,
    /// By name.
    pub(crate) sites: Vec<Arc<Site>>,
    pub(crate) staff: Vec<Arc<Staff>>,
    by_key: HashMap<SiteKey, Arc<Site>>,
    by_id: HashMap<SiteId, Arc<Site>>,
    by_agent: HashMap<AgentId, Arc<Agent>>,
    /// Agents who were removed, and whose last chat has not ended.
    pub(crate) removed: HashSet<AgentId>,
}

/// A person who answers, with what they serve. Who is disabled is none.
#[derive(Clone, Debug)]
pub(crate) struct Staff {
    pub(crate) id: AgentId,
    pub(crate) name: String,
    pub(crate) email: String,
    pub(crate) role: Role,
    pub(crate) lang: String,
    pub(crate) state: AgentState,
    pub(crate) since: Timestamp,
    /// Why *Ausente*, where a reason was given.
    pub(crate) reason: Option<String>,
    /// Chats at a time; none: as many as the site says.
    pub(crate) capacity: Option<u32>,
    sees_sensitive: bool,
    every_site: bool,
    sites: HashSet<SiteId>,
    /// Empty: every queue.
    queues: HashSet<QueueId>,
}

impl Staff {
    pub(crate) fn serves(&self, site: SiteId) -> bool {
        self.every_site || self.sites.contains(&site)
    }

    /// Chats that they have at a time at the most when one of this site is offered.
    pub(crate) fn capacity_at(&self, site: &Site) -> u32 {
        self.capacity.unwrap_or(site.limits.capacity)
    }

    /// Whether work of this queue is theirs; work without a queue is everybody's. An agent bound to queues of one site
    /// serves every queue of the others.
    pub(crate) fn serves_queue(&self, site: &Site, queue: Option<QueueId>) -> bool {
        let bound_here = site.all_queues().any(|known| self.queues.contains(&known.id));
        self.serves(site.id)
            && queue.is_none_or(|queue| !bound_here || self.queues.contains(&queue))
    }

    /// The person as their sessions know them, with these sites as far as they serve them.
    fn agent(&self, sites: &[Arc<Site>]) -> Agent {
        let queues = |site: &Site| {
            let ids = site.all_queues().map(|queue| queue.id);
            let bound_to: BTreeSet<QueueId> = ids.filter(|id| self.queues.contains(id)).collect();
            if bound_to.is_empty() { Queues::All } else { Queues::Only(bound_to) }
        };
        Agent {
            id: self.id,
            name: self.name.clone(),
            email: self.email.clone(),
            role: self.role,
            state: self.state,
            since: self.since,
            lang: self.lang.clone(),
            sees_sensitive: self.sees_sensitive,
            sites: sites
                .iter()
                .filter(|site| self.serves(site.id))
                .map(|site| (site.id, queues(site)))
                .collect(),
        }
    }
}

impl Sites {
    pub(crate) fn now(&self) -> Arc<Snapshot> {
        self.latest.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Takes what has changed; what could not be acted on is given back to [`Sites::put_back`].
    pub(crate) fn take_changes(&self) -> AccessChanges {
        mem::take(&mut self.changes.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Keeps changes for the next look. Of two changes of an agent the earlier one says what was before.
    pub(crate) fn put_back(&self, changes: AccessChanges) {
        let mut kept = self.changes.lock().unwrap_or_else(PoisonError::into_inner);
        kept.everybody |= changes.everybody;
        kept.agents.extend(changes.agents);
    }

    fn replace(&self, snapshot: Arc<Snapshot>) {
        let before = mem::replace(
            &mut *self.latest.write().unwrap_or_else(PoisonError::into_inner),
            snapshot.clone(),
        );
        let mut changes = self.changes.lock().unwrap_or_else(PoisonError::into_inner);
        if before.revision.is_none() {
            changes.everybody = true;
            return;
        }
        for id in before.by_agent.keys().chain(snapshot.by_agent.keys()) {
            let (was, is) = (before.by_agent.get(id), snapshot.by_agent.get(id));
            if access(&before, was) != access(&snapshot, is) {
                changes.agents.entry(*id).or_insert_with(|| was.cloned());
            }
        }
    }
}

/// All of an agent that says what they may see, and which of it they read masked.
fn access<'a>(
    snapshot: &Snapshot,
    agent: Option<&'a Arc<Agent>>,
) -> Option<(Role, &'a BTreeMap<SiteId, Queues>, Vec<Sight>)> {
    agent.map(|agent| {
        let sights = agent.sites.keys().map(|site| snapshot.sight(agent, *site));
        (agent.role, &agent.sites, sights.collect())
    })
}

impl Snapshot {
    pub(crate) fn by_key(&self, key: &SiteKey) -> Option<Arc<Site>> {
        self.by_key.get(key).cloned()
    }

    pub(crate) fn by_id(&self, id: SiteId) -> Option<Arc<Site>> {
        self.by_id.get(&id).cloned()
    }

    /// The agent as their sessions know them; none who is disabled or gone.
    pub(crate) fn agent(&self, id: AgentId) -> Option<&Arc<Agent>> {
        self.by_agent.get(&id)
    }

    /// Everybody who is let in.
    pub(crate) fn agents(&self) -> impl Iterator<Item = &Arc<Agent>> {
        self.by_agent.values()
    }

    /// How the agent reads what is sensitive at a site; at one that is gone as where it is masked.
    pub(crate) fn sight(&self, agent: &Agent, site: SiteId) -> Sight {
        permission::sight(agent, self.by_id.get(&site).is_none_or(|site| site.masking))
    }

    /// The same by their address, whatever its case.
    pub(crate) fn agent_of(&self, address: &str) -> Option<&Arc<Agent>> {
        let key = email_key(address);
        self.by_agent.values().find(|agent| email_key(&agent.email) == key)
    }
}

statement!(
    SITES =
        concat!("select id, key, removed_at, ", set_columns!(), " from sites order by name, id")
);
statement!(QUEUES = "select id, site_id, name, removed_at from queues order by position, id");
statement!(
    AGENTS = "\
    select id, email, name, role, lang, state, state_since, away_reason, every_site, sees_sensitive, capacity from agents \
    where disabled_at is null order by id"
);
// Index chats_agent.
statement!(
    REMOVED_AGENTS = "\
    select id from agents a where a.removed_at is not null \
    and exists (select 1 from chats c where c.agent_id = a.id and c.state = 'active')"
);
statement!(AGENT_SITES = "select agent_id, site_id from agent_sites");
statement!(AGENT_QUEUES = "select agent_id, queue_id from agent_queues");

#[derive(sqlx::FromRow)]
struct QueueRow {
    id: Uuid,
    site_id: Uuid,
    #[sqlx(try_from = "String")]
    name: QueueName,
    removed_at: Option<i64>,
}

#[derive(sqlx::FromRow)]
struct AgentRow {
    id: Uuid,
    email: String,
    name: String,
    role: String,
    lang: String,
    state: String,
    state_since: i64,
    away_reason: Option<String>,
    every_site: bool,
    sees_sensitive: bool,
    capacity: Option<i64>,
}

impl Desk {
    /// By key, from memory.
    pub fn find_site(&self, key: &SiteKey) -> Option<Arc<Site>> {
        self.0.sites.now().by_key(key)
    }

    /// By id, from memory.
    pub fn find_site_by_id(&self, id: SiteId) -> Option<Arc<Site>> {
        self.0.sites.now().by_id(id)
    }

    /// All, by name.
    pub fn sites(&self) -> Vec<Arc<Site>> {
        self.0.sites.now().sites.clone()
    }

    /// Lets through what is to be written at a site.
    ///
    /// # Errors
    /// `SiteRemoved`: there, chats can only be ended.
    pub(crate) fn check_in_use(&self, site: SiteId) -> Result<()> {
        match self.find_site_by_id(site) {
            Some(site) if site.removed_at.is_some() => Err(Refusal::new(Code::SiteRemoved).into()),
            _ => Ok(()),
        }
    }

    /// Lets through what is to be written in a chat, or asked of others for it.
    ///
    /// # Errors
    /// `SiteRemoved`; in an active chat `QueueRemoved` and `AgentRemoved`: it can only be ended.
    pub(crate) fn check_writable(&self, on: &On) -> Result<()> {
        let code = match self.find_removed(on) {
            Some(Removed::Site) => Code::SiteRemoved,
            Some(Removed::Queue) => Code::QueueRemoved,
            Some(Removed::Agent) => Code::AgentRemoved,
            None => return Ok(()),
        };
        Err(Refusal::new(code).into())
    }

    /// What was removed of that to which a ticket belongs: its site; of an active chat also its queue or its agent.
    pub(crate) fn find_removed(&self, on: &On) -> Option<Removed> {
        let snapshot = self.0.sites.now();
        let site = snapshot.by_id(on.site)?;
        let owner = on.party.owner;
        if site.removed_at.is_some() {
            Some(Removed::Site)
        } else if owner.is_some() && on.queue.is_some_and(|queue| site.has_removed(queue)) {
            Some(Removed::Queue)
        } else {
            owner.is_some_and(|owner| snapshot.removed.contains(&owner)).then_some(Removed::Agent)
        }
    }

    /// Whether a ticket's chat is a removed agent's, whatever else of it was removed: others may end it.
    pub(crate) fn is_orphan(&self, on: &On) -> bool {
        on.party.owner.is_some_and(|owner| self.0.sites.now().removed.contains(&owner))
    }

    /// The agent as of now, from memory; none who is disabled or gone.
    pub fn find_agent(&self, id: AgentId) -> Option<Arc<Agent>> {
        self.0.sites.now().agent(id).cloned()
    }

    /// Reads everything again when the revision is another than the one in memory. True when it was.
    pub(crate) async fn reload_sites(&self) -> Result<bool> {
        let _one = self.0.sites.reading.lock().await;
        let revision = revision(self.db()).await?;
        if self.0.sites.now().revision == Some(revision) {
            return Ok(false);
        }
        // The revision was read first: what changes meanwhile is read now or with the next revision, or both.
        let snapshot = Arc::new(read_all(self, revision).await?);
        self.0.sites.replace(snapshot.clone());
        self.forget_rows();
        self.0.sessions.agents_changed(|agent| snapshot.by_agent.contains_key(&agent));
        Ok(true)
    }
}

/// A hue that was stored before.
fn stored_hue(stored: Option<i64>) -> Option<Hue> {
    stored.and_then(|degrees| Hue::new(u64::try_from(degrees).ok()?).ok())
}

async fn read_all(desk: &Desk, revision: i64) -> Result<Snapshot> {
    let db = desk.db();
    let rows: Vec<SiteRow> = read!(db, c => sqlx::query_as(SITES).fetch_all(c).await)?;
    let queues: Vec<QueueRow> = read!(db, c => sqlx::query_as(QUEUES).fetch_all(c).await)?;
    let agents: Vec<AgentRow> = read!(db, c => sqlx::query_as(AGENTS).fetch_all(c).await)?;
    let removed: Vec<Uuid> = read!(db, c => sqlx::query_scalar(REMOVED_AGENTS).fetch_all(c).await)?;
    let agent_sites: Vec<(Uuid, Uuid)> =
        read!(db, c => sqlx::query_as(AGENT_SITES).fetch_all(c).await)?;
    let agent_queues: Vec<(Uuid, Uuid)> =
        read!(db, c => sqlx::query_as(AGENT_QUEUES).fetch_all(c).await)?;

    let mut lists_of = lists::read_all(db).await?;

    let mut queues_of: HashMap<Uuid, Vec<Queue>> = HashMap::new();
    let mut removed_of: HashMap<Uuid, Vec<Queue>> = HashMap::new();
    for QueueRow { id, site_id, name, removed_at } in queues {
        let of = if removed_at.is_none() { &mut queues_of } else { &mut removed_of };
        of.entry(site_id).or_default().push(Queue { id: QueueId(id), name });
    }
    let sites: Vec<Arc<Site>> = rows
        .into_iter()
        .map(|row| {
            Arc::new(Site {
                queues: queues_of.remove(&row.id).unwrap_or_default(),
                removed_queues: removed_of.remove(&row.id).unwrap_or_default(),
                id: SiteId(row.id),
                key: row.key,
                name: row.name,
                prefix: row.prefix,
                lang: row.lang,
                allowed_origins: row.allowed_origins.0,
                hue: stored_hue(row.hue),
                limits: row.limits.0,
                schedule: row.schedule.0.into(),
                ask_queue: row.ask_queue,
                closed_now: row.closed_now || row.removed_at.is_some(),
                masking: row.masking,
                removed_at: row.removed_at.map(Timestamp),
                closing_reasons: row.closing_reasons.0,
                away_reasons: row.away_reasons.0,
                replies: row.replies.0,
                lists: lists_of.remove(&row.id).unwrap_or_default(),
            })
        })
        .collect();

    let mut sites_of: HashMap<Uuid, HashSet<SiteId>> = HashMap::new();
    for (agent, site) in agent_sites {
        sites_of.entry(agent).or_default().insert(SiteId(site));
    }
    let mut bound_to: HashMap<Uuid, HashSet<QueueId>> = HashMap::new();
    for (agent, queue) in agent_queues {
        bound_to.entry(agent).or_default().insert(QueueId(queue));
    }
    let staff: Vec<Arc<Staff>> = agents
        .into_iter()
        .map(|row| {
            Ok(Arc::new(Staff {
                sites: sites_of.remove(&row.id).unwrap_or_default(),
                queues: bound_to.remove(&row.id).unwrap_or_default(),
                id: AgentId(row.id),
                name: row.name,
                email: row.email,
                role: Role::from_text(&row.role)?,
                lang: row.lang,
                state: AgentState::from_text(&row.state)?,
                since: Timestamp(row.state_since),
                reason: row.away_reason,
                capacity: stored_capacity(row.capacity).map(Capacity::chats),
                every_site: row.every_site,
                sees_sensitive: row.sees_sensitive,
            }))
        })
        .collect::<Result<_>>()?;

    Ok(Snapshot {
        revision: Some(revision),
        by_key: sites.iter().map(|site| (site.key.clone(), site.clone())).collect(),
        by_id: sites.iter().map(|site| (site.id, site.clone())).collect(),
        by_agent: staff.iter().map(|staff| (staff.id, Arc::new(staff.agent(&sites)))).collect(),
        removed: removed.into_iter().map(AgentId).collect(),
        sites,
        staff,
    })
}
