//! What has changed since routing last looked, and what follows a change at once.

use crate::{Desk, Moment, Result, hours::availability};
use protocol::{AgentId, SiteId};
use std::{
    collections::{HashMap, HashSet},
    mem,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU32, Ordering::SeqCst},
    },
};
use tokio::sync::Notify;

/// Where changes are left for those who offer chats. Losing one loses nothing for good: what is decided is decided from
/// rows, and a chat that nobody takes starts over by the clock.
#[derive(Default)]
pub(crate) struct Changes {
    changed: Mutex<Changed>,
    /// What is to be looked at although nothing changes.
    due: Mutex<HashMap<SiteId, Moment>>,
    /// Something could not be looked at.
    soon: AtomicBool,
    nudge: Notify,
    /// How many look.
    lookers: AtomicU32,
    /// It is not known how many chats are under way.
    count: AtomicBool,
    to_count: Notify,
    /// Held by whoever looks: two at once would not know of each other's offers.
    pub(super) looking: tokio::sync::Mutex<()>,
}

/// The changes since the last look.
#[derive(Default)]
pub(super) struct Changed {
    pub(super) sites: HashSet<SiteId>,
    /// Agents who came, went, or changed state.
    pub(super) agents: HashSet<AgentId>,
    /// How many chats these agents have no longer.
    pub(super) freed: HashMap<AgentId, u32>,
    /// Agents at whom another chat may ring.
    pub(super) with_room: HashSet<AgentId>,
    pub(super) everything: bool,
    pub(super) stop: bool,
}

impl Changes {
    /// A chat of the site arrived, came free or left the queue.
    pub(crate) fn site_changed(&self, site: SiteId) {
        self.change(|changed| _ = changed.sites.insert(site));
    }

    /// An agent came, went, or changed state.
    pub(crate) fn agent_changed(&self, agent: AgentId) {
        self.change(|changed| _ = changed.agents.insert(agent));
    }

    /// A chat of the agent's has ended or gone back to the queue.
    pub(crate) fn agent_freed(&self, agent: AgentId) {
        self.change(|changed| *changed.freed.entry(agent).or_default() += 1);
    }

    /// A chat is the agent's no longer, or rings there no longer.
    pub(crate) fn agent_has_room(&self, agent: AgentId) {
        self.change(|changed| _ = changed.with_room.insert(agent));
    }

    /// It is not known what a commit has changed: the rows are counted again.
    pub(crate) fn count_again(&self) {
        self.count.store(true, SeqCst);
        self.to_count.notify_one();
    }

    /// Whether the rows have to be counted again; asked once.
    pub(super) fn take_count(&self) -> bool {
        self.count.swap(false, SeqCst)
    }

    /// Waits until they have to be.
    pub(super) async fn to_count(&self) {
        self.to_count.notified().await;
    }

    /// The tasks end.
    pub(crate) fn stop(&self) {
        self.change(|changed| changed.stop = true);
        self.to_count.notify_one();
    }

    /// Somebody looks at what changes, for as long as the answer lives.
    pub(super) fn begin_to_look(self: &Arc<Self>) -> Looking {
        self.lookers.fetch_add(1, SeqCst);
        Looking(self.clone())
    }

    /// Whether anybody here looks at what changes.
    pub(crate) fn is_looked_at(&self) -> bool {
        self.lookers.load(SeqCst) > 0
    }

    /// Whether the desk is being closed.
    pub(super) fn has_stopped(&self) -> bool {
        self.lock().stop
    }

    /// Waits until something has changed.
    pub(super) async fn changed(&self) {
        self.nudge.notified().await;
    }

    /// What has changed, if anything has.
    pub(super) fn take(&self) -> Option<Changed> {
        let mut changed = self.lock();
        let stop = changed.stop;
        let taken = mem::take(&mut *changed);
        changed.stop = stop;
        taken.is_something().then_some(taken)
    }

    /// The site is looked at again at this moment, or only when something changes.
    pub(super) fn look_again(&self, site: SiteId, at: Option<Moment>) {
        let mut due = self.due.lock().unwrap_or_else(PoisonError::into_inner);
        match at {
            Some(at) => _ = due.insert(site, at),
            None => _ = due.remove(&site),
        }
    }

    /// Everything is looked at again at the next tick.
    pub(super) fn look_again_soon(&self) {
        self.soon.store(true, SeqCst);
    }

    /// Sites whose moment has come have changed.
    pub(super) fn look_at_due(&self, now: Moment) {
        if self.soon.swap(false, SeqCst) {
            self.change(|changed| changed.everything = true);
        }
        let mut due = self.due.lock().unwrap_or_else(PoisonError::into_inner);
        due.retain(|site, at| {
            let is_due = *at <= now;
            if is_due {
                self.site_changed(*site);
            }
            !is_due
        });
    }

    fn change(&self, how: impl FnOnce(&mut Changed)) {
        how(&mut self.lock());
        self.nudge.notify_one();
    }

    fn lock(&self) -> MutexGuard<'_, Changed> {
        self.changed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// While it lives, somebody looks at what changes.
pub(super) struct Looking(Arc<Changes>);

impl Drop for Looking {
    fn drop(&mut self) {
        self.0.lookers.fetch_sub(1, SeqCst);
    }
}

impl Changed {
    fn is_something(&self) -> bool {
        self.everything
            || !self.sites.is_empty()
            || !self.agents.is_empty()
            || !self.freed.is_empty()
            || !self.with_room.is_empty()
    }

    /// Agents whose sites are looked at.
    pub(super) fn all_agents(&self) -> impl Iterator<Item = AgentId> {
        self.agents.iter().chain(self.freed.keys()).chain(&self.with_room).copied()
    }
}

/// The agent's state or presence changed: buttons follow at once, offers move on or start over soon after.
pub(crate) fn agent_changed(desk: &Desk, agent: AgentId) {
    availability::recompute(desk, None);
    desk.0.changes.agent_changed(agent);
}

/// What had changed is not known any more: everything is counted and looked at again.
pub(crate) fn look_at_everything(desk: &Desk) {
    desk.0.changes.count_again();
    sites_changed(desk);
}

/// Sites, queues or agents were read again: offers are looked at again.
pub(crate) fn sites_changed(desk: &Desk) {
    let sites: HashSet<SiteId> = desk.sites().iter().map(|site| site.id).collect();
    // With a site its chats are gone.
    if desk.0.ticket_sites.keep_sites(sites) {
        desk.0.changes.count_again();
    }
    desk.0.changes.change(|changed| changed.everything = true);
}

/// After a change of sites, queues or agents made here: memory follows at once, and so do buttons and offers.
pub(crate) async fn sites_were_changed(desk: &Desk) -> Result<()> {
    if desk.reload_sites().await? {
        availability::recompute(desk, None);
        sites_changed(desk);
    }
    Ok(())
}
